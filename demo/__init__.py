"""The page, and everything of a Hugging Face Space that shows it but ``model/``."""
