"""The Space: this folder's files and ``model/`` at its root; ``python app.py`` serves it.

Beside the bot, ``emoji-reactor web`` serves the same page in front of its database.
"""

import os
import signal
import sys
from contextlib import nullcontext

from page import look
from page.build import build
from page.dataset import Dataset, DatasetRefused
from page.local import LocalReactor

from model import Predictor

REPOSITORY = "FEEDBACK_REPO"
"""The variable that names the data set for what visitors choose; without it nothing is kept."""


def main() -> None:
    """Serve until SIGINT or SIGTERM; what was not yet pushed is pushed then."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    repository = os.environ.get(REPOSITORY)
    try:
        dataset = Dataset(repository) if repository else None
    except DatasetRefused as error:
        sys.exit(f"{REPOSITORY}: {error}")
    with dataset or nullcontext():
        blocks = build(LocalReactor(Predictor.load(), dataset))
        blocks.launch(**look.options(blocks))


if __name__ == "__main__":
    main()
