"""The entry point of a Space, which has this folder's files and ``model/`` at its root.

``python app.py`` serves it. With the bot, ``emoji-reactor web`` serves the same page instead.
"""

import os
import signal
import sys
from contextlib import nullcontext

from page.build import build_page
from page.hub_dataset import HubDataset, HubDatasetRefused
from page.local_backend import LocalBackend
from page.theme import serving_options

from model import Predictor

REPOSITORY_VARIABLE = "FEEDBACK_REPO"
"""Names the data set for visitors' choices; nothing is stored if it is not set."""


def main() -> None:
    """Serve until SIGINT or SIGTERM, then push what has not been pushed yet."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    repository = os.environ.get(REPOSITORY_VARIABLE)
    try:
        dataset = HubDataset(repository) if repository else None
    except HubDatasetRefused as error:
        sys.exit(f"{REPOSITORY_VARIABLE}: {error}")
    with dataset or nullcontext():
        blocks = build_page(LocalBackend(Predictor.load(), dataset))
        blocks.launch(**serving_options(blocks))


if __name__ == "__main__":
    main()
