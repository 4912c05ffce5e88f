"""automem-graph: agents whose memory is a directory of files, and who learn to keep it."""

__version__ = "0.1.0"
