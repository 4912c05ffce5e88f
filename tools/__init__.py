"""Scaffolds as data: the seed scaffold travels with the package, and is loaded by path."""
