"""The Hugging Face Hub: pushes, repository files, diagnostics."""
