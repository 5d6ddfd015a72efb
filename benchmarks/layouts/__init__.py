"""The layouts of an artifact, read by the libraries that they are for."""
