"""Episodes: open, play, journal and measure one; everything that a run leaves on disk."""
