"""Errors of bulk work."""

from bot.core.errors import EmojiReactorError


class BulkInputError(EmojiReactorError):
    """The input or the output folder cannot be used; the message says which file, and why."""


class ClusterExtraMissing(EmojiReactorError):
    """Work on a cluster was asked for without the ``cluster`` extra."""

    def __init__(self) -> None:
        """Name the package that could not be imported."""
        super().__init__("ray is not installed; pip install 'emoji-reactor[cluster]'")
