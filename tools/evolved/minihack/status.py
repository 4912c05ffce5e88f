"""Nothing to run: what makes the file is its line in the prompt, and that LOG is shown it."""
