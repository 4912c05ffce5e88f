"""The worlds that agents play: tasks by name, each world's text and score, and their process."""
