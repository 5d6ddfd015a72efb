"""Errors of fits that an operator can mend; each message is one line with cause and remedy."""


class FitError(ValueError):
    """A fit that cannot go on."""


class CheckpointError(FitError):
    """A checkpoint that cannot be used."""
