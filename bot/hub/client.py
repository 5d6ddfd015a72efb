"""The client of the Hugging Face Hub: quiet, with failures that carry no text of the Hub's."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huggingface_hub import HfApi


class HubRequestFailed(Exception):
    """A request failed; the Hub's own message is left out, since it may quote anything."""

    def __init__(self, status: int | None, cause: str) -> None:
        """Keep the HTTP status, None if the Hub gave no response, and the name of the cause."""
        super().__init__(cause)
        self.status = status
        self.cause = cause


def is_repository_name(name: str) -> bool:
    """Return True if a name is of the form ``ORG/NAME``, in the Hub's characters."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined] # documented

    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return name.count("/") == 1


@contextmanager
def hub_client() -> Iterator["HfApi"]:
    """Yield the client; it writes neither logs nor progress bars.

    Raises:
        HubRequestFailed: a request in the block failed.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.utils.logging import get_logger
    from huggingface_hub.utils.tqdm import disable_progress_bars

    get_logger().setLevel(logging.CRITICAL)  # its log quotes the Hub's messages
    disable_progress_bars()
    try:
        yield HfApi()
    except HfHubHTTPError as error:
        raise HubRequestFailed(error.response.status_code, type(error).__name__) from None
    except Exception as error:  # the client also lets errors of its HTTP library through
        cause = type(error.__cause__ or error).__name__  # it wraps errors of an upload
        raise HubRequestFailed(None, cause) from None
