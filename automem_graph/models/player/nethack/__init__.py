"""How the offline player plays NetHack and MiniHack: from the terminal's text to one action.

It thinks as it does in Crafter: what is seen and what the files said give a picture of the level,
urges are asked in turn, the first that speaks decides, and LOG writes down what a later step needs.
"""
