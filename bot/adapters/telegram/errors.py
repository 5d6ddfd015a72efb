"""Why Telegram refused, by name."""

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

# Parts of the descriptions that the Bot API gives, in lower case; it has no codes for them.
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


def error_name(error: Exception) -> str:
    """A short machine-readable name for what went wrong."""
    match error:
        case BadRequest():
            text = error.message.lower()
            return next((name for part, name in _BAD_REQUESTS.items() if part in text), "http_400")
        case RetryAfter():
            return "rate_limited"
        case Forbidden():
            return "forbidden"
        case ChatMigrated():
            return "chat_migrated"
        case Conflict():
            return "conflict"
        case InvalidToken():
            return "invalid_token"
        case TimedOut() | TimeoutError():
            return "too_late"
        case NetworkError():
            return "network"
        case _:
            return "error"
