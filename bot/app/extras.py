"""Packages that only some commands need: the extras of the distribution."""

from importlib import import_module

from bot.core.errors import EmojiReactorError


class ExtraMissing(EmojiReactorError):
    """A command was called without its extra."""

    def __init__(self, package: str, extra: str) -> None:
        """Name the package that could not be imported, and the extra that brings it."""
        super().__init__(f"{package} is not installed; pip install 'emoji-reactor[{extra}]'")


def require_extra(module: str, extra: str) -> None:
    """Import a module that needs an extra.

    Raises:
        ExtraMissing: it is not installed.
    """
    try:
        import_module(module)
    except ModuleNotFoundError as error:
        raise ExtraMissing(error.name or module, extra) from None
