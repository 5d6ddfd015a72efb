"""The work that an update asks for, on one message, in its turn."""

from bot.adapters.intake import Work
from bot.core.events import MessageRef

TaskInput = tuple[MessageRef, Work]
"""The message of an update, and the work to begin when its turn comes."""
