"""NetHack as a task, and the text, keys and messages that MiniHack shares with it."""
