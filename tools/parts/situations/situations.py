"""Nothing to run: the templates choose by what is seen; the system prompt stays as it is."""
