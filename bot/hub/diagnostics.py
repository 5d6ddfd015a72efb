"""Diagnostic of the Hugging Face Hub's token."""

import os
from collections.abc import Mapping
from typing import Any

from bot.core.diagnostic import Diagnostic, failed, ok, warning
from bot.hub.client import HubRequestFailed, hub_client

TOKENS_URL = "https://huggingface.co/settings/tokens"


def check_hub_token() -> list[Diagnostic]:
    """Return the diagnostic of ``HF_TOKEN``, none if it is not set. Never raises."""
    token = os.environ.get("HF_TOKEN")
    if not token:
        return []
    try:
        with hub_client() as client:
            return [_check_role(client.whoami(token))]
    except HubRequestFailed as error:
        if error.status in (401, 403):
            remedy = f"create a new token at {TOKENS_URL}"
            return [failed("hub", "the Hub refused HF_TOKEN", remedy)]
        cause = f"status {error.status}" if error.status else error.cause
    message = f"no answer from the Hub ({cause}); only push and models from the Hub need it"
    remedy = "check that this machine reaches huggingface.co, then try again"
    return [warning("hub", message, remedy)]


def _check_role(account: Mapping[str, Any]) -> Diagnostic:
    role = account.get("auth", {}).get("accessToken", {}).get("role")
    if role == "read":
        message = f"HF_TOKEN of {account['name']} may only read"
        return warning("hub", message, f"for push, create a token that may write at {TOKENS_URL}")
    return ok("hub", f"HF_TOKEN belongs to {account['name']}")
