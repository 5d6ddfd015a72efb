"""What an update comes to: work on a message, which waits for its turn."""

from collections.abc import Awaitable, Callable

from bot.core.events import MessageRef

Work = Callable[[], Awaitable[object]]
"""Work on an update. Raises ``StoreFailed`` if it can be done again."""
TaskInput = tuple[MessageRef, Work]
"""The message of an update, and the work to begin when its turn comes."""
