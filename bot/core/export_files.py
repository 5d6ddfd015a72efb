"""Files that the bot has exported, and that people give back to it."""

from bot.core.errors import EmojiReactorError

MAX_BYTES = 2**20
"""Size of the largest file that is read."""


class ExportFileError(EmojiReactorError):
    """A file is not one that the bot has exported; the message names the first fault."""


def check_size(size: int | None) -> None:
    """Check the size in bytes of a file before it is downloaded.

    Raises:
        ExportFileError: the size is unknown or above ``MAX_BYTES``.
    """
    if size is None or size > MAX_BYTES:
        raise ExportFileError(f"it is larger than {MAX_BYTES // 1024} KiB")
