"""Scaffolds as data: the seed scaffold travels with the package. Nothing here is imported by name."""
