"""Both loops after each other, and what each has brought: the paper's table in one call."""
