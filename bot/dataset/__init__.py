"""From feedback to data sets that others can use: the export, its card, and what reads it back."""
