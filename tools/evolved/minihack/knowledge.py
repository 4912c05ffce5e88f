"""Nothing to run: what is known beforehand stands in files/<task>/guide.md."""
