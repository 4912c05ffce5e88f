"""Errands: one person's weeks as messages, with questions about what was said long before."""
