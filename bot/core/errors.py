"""Named errors of the core; each message is one line with cause and remedy."""


class EmojiReactorError(Exception):
    """An error whose text may be shown to the operator: no message text, no token."""

    exit_status = 1


class PlatformRefused(EmojiReactorError):
    """The platform refused a reaction; ``reason`` is a short machine-readable name."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, such as ``forbidden`` or ``message_gone``."""
        super().__init__(f"the platform refused the reaction: {reason}")
        self.reason = reason


class Overloaded(EmojiReactorError):
    """The predictor's queue is full: a late reaction is worse than none."""


class StoreFailed(EmojiReactorError):
    """The database could not be read or written."""


class TrainingExtraMissing(EmojiReactorError):
    """A command of the ``train`` extra was called without it."""

    def __init__(self, package: str) -> None:
        """Name the package that could not be imported."""
        super().__init__(f"{package} is not installed; pip install 'emoji-reactor[train]'")
