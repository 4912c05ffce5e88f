"""How the offline player plays Crafter: from the text of a step to what it wants and does."""
