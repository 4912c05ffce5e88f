"""What people read about a run: figures in words, charts, one page."""
