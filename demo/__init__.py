"""The web page, and all files of a Hugging Face Space except ``model/``."""
