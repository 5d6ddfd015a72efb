"""Gradio's blocks with bounded memory, and errors that quote no input."""

import logging
import traceback
from pathlib import Path
from typing import Any

import gradio as gr

logger = logging.getLogger(__name__)

MAX_SESSIONS = 500
"""Open pages whose state is kept, about 100 KiB each; the least recently used is forgotten."""
MAX_QUEUE_SIZE = 32
"""Calls of programs that may wait."""
MAX_CONCURRENT_CALLS = 8


class PageBlocks(gr.Blocks):
    """Blocks whose functions' errors are logged on one line, without Gradio's traceback."""

    def __init__(self, title: str) -> None:
        """Name the page."""
        super().__init__(title=title, analytics_enabled=False)
        self.state_session_capacity = MAX_SESSIONS
        self.queue(max_size=MAX_QUEUE_SIZE, default_concurrency_limit=MAX_CONCURRENT_CALLS)

    async def process_api(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Run a function of the page.

        Raises:
            gr.Error: it failed.
        """
        try:
            return await super().process_api(*args, **kwargs)
        except gr.Error:
            raise
        except Exception as error:
            logger.error("a function of the page failed: %s", _describe(error))
            raise gr.Error("this failed; the log has more", print_exception=False) from None


def _describe(error: Exception) -> str:
    """Return class and place: the message of an error may quote what a visitor wrote."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
