"""What made the files that are generated; run them as modules."""
