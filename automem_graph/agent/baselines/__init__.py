"""Agents without memory files, on the same worlds and traces: what memory is measured against."""
