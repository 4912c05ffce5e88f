"""Replays: an episode on a local page, served while one looks at it or kept as one file."""
