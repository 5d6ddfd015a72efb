"""Business accounts on fake Telegram, which connect the bot to their private chats."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from tests.e2e.telegram_calls import failure
from tests.e2e.telegram_members import TelegramMembers
from tests.e2e.telegram_payloads import ALICE, BOB, Payload, chat, now, user


class TelegramBusiness(TelegramMembers):
    """Tests connect the bot and write to accounts through its methods."""

    def __init__(self) -> None:
        """Start without connections."""
        super().__init__()
        self.connections: dict[str, Payload] = {}
        """The business connections by their ids."""

    def connect_business(
        self, connection: str, owner: int = ALICE, *, enabled: bool = True, can_reply: bool = True
    ) -> None:
        """Connect the bot to an account, or change the connection."""
        self.connections[connection] = {
            "id": connection,
            "user": user(owner),
            "user_chat_id": owner,
            "date": now(),
            "is_enabled": enabled,
            "rights": {"can_reply": can_reply},
        }
        self._update("business_connection", self.connections[connection])

    def write_to_business(
        self, connection: str, text: str, author: int = BOB, **changes: object
    ) -> int:
        """Send a message in the chat of an account with Bob; return its id."""
        self._next_id += 1
        message: Payload = {
            "message_id": self._next_id,
            "date": now(),
            "chat": chat(BOB),
            "from": user(author),
            "text": text,
            "business_connection_id": connection,
        }
        self._update("business_message", message | changes)
        return self._next_id

    def delete_from_business(self, connection: str, messages: Sequence[int]) -> None:
        """Delete messages in the chat of an account with Bob."""
        deleted = {"business_connection_id": connection, "chat": chat(BOB)}
        self._update("deleted_business_messages", deleted | {"message_ids": list(messages)})

    def _get_business_connection(self, fields: Mapping[str, str]) -> Payload | web.Response:
        known = self.connections.get(fields["business_connection_id"])
        return known or failure(400, "Bad Request: business connection not found")

    def _refusal_of_business(self, fields: Mapping[str, str]) -> web.Response | None:
        """Return why a message must not be sent in an account's name; None if it may."""
        if "business_connection_id" not in fields:
            return None
        known = self.connections.get(fields["business_connection_id"])
        if known and known["is_enabled"] and known["rights"]["can_reply"]:
            return None
        return failure(400, "Bad Request: BUSINESS_PEER_INVALID")
