"""Nothing to run: what makes the list is its line in the prompt, and that LOG is shown the file."""
