"""The proposer's desk: what it is shown of how scaffolds have played, and what is taken from it."""
