"""Whether the Hugging Face Hub takes the token, where there is one."""

import logging
import os
from collections.abc import Mapping
from typing import Any

from bot.core.diagnostic import Diagnostic, failed, ok, warning

PAGE = "https://huggingface.co/settings/tokens"


def examine() -> list[Diagnostic]:
    """Ask the Hub whose ``HF_TOKEN`` it is; nothing where none is set. Never raises."""
    token = os.environ.get("HF_TOKEN")
    if not token:
        return []
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.utils.logging import get_logger

    get_logger().setLevel(logging.CRITICAL)  # what matters is told below
    try:
        return [_judge(HfApi().whoami(token))]
    except HfHubHTTPError as error:
        status = error.response.status_code
        if status in (401, 403):
            return [failed("hub", "the Hub refused HF_TOKEN", f"make a new one at {PAGE}")]
        cause = f"status {status}"
    except Exception as error:  # besides its own, the client lets its HTTP library's through
        cause = type(error).__name__
    told = f"no answer from the Hub ({cause}); only push and models from there need it"
    return [warning("hub", told, "check that this machine reaches huggingface.co, then ask again")]


def _judge(account: Mapping[str, Any]) -> Diagnostic:
    role = account.get("auth", {}).get("accessToken", {}).get("role")
    if role == "read":
        told = f"HF_TOKEN of {account['name']} may only read"
        return warning("hub", told, f"for push, make one that may write at {PAGE}")
    return ok("hub", f"HF_TOKEN is that of {account['name']}")
