"""The Hugging Face Hub: client, pushes, repository files, a Space's data set, diagnostics."""
