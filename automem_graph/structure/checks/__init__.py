"""Whether a scaffold may play, and whether what it played counts."""
