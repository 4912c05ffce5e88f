"""Parts, small pieces of scaffold code, and how one is taken into a scaffold."""
