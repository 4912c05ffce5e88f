"""The paper's eight MiniHack tasks, told in NetHack's words."""
