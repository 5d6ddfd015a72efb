"""Names of the errors with which Telegram refuses a call."""

from collections.abc import Sequence

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

# Parts of the Bot API's descriptions, in lower case; it has no error codes for them.
_BAD_REQUESTS = {
    "reaction_invalid": "reaction_invalid",
    "reactions_too_many": "reactions_full",
    "reaction_empty": "reaction_invalid",
    "message to react not found": "message_gone",
    "message_id_invalid": "message_gone",
    "message not found": "message_gone",
    "message to be replied not found": "message_gone",
    "message to edit not found": "message_gone",
    "message is not modified": "not_modified",
    "query is too old": "query_expired",
    "query_id_invalid": "query_expired",
    "bad webhook": "bad_webhook",
    "topic_closed": "topic_closed",
    "message thread not found": "topic_gone",
    "chat not found": "chat_gone",
    "not enough rights": "forbidden",
    "chat_admin_required": "forbidden",
}
# The first class that fits; TimedOut is a NetworkError.
_BY_TYPE: Sequence[tuple[type[Exception], str]] = (
    (RetryAfter, "rate_limited"),
    (Forbidden, "forbidden"),
    (ChatMigrated, "chat_migrated"),
    (Conflict, "conflict"),
    (InvalidToken, "invalid_token"),
    (TimedOut, "too_late"),
    (TimeoutError, "too_late"),
    (NetworkError, "network"),
)


def error_name(error: Exception) -> str:
    """Return a short machine-readable name for what went wrong."""
    if isinstance(error, BadRequest):
        text = error.message.lower()
        return next((name for part, name in _BAD_REQUESTS.items() if part in text), "http_400")
    return next((name for kind, name in _BY_TYPE if isinstance(error, kind)), "error")
