"""Actions of members on fake Telegram, as numbered updates."""

from collections.abc import Mapping, Sequence

from tests.e2e.event_log import EventLog
from tests.e2e.telegram_calls import Call
from tests.e2e.telegram_payloads import (
    ALICE,
    BOT,
    CHANNEL,
    ELSEWHERE,
    GROUP,
    Payload,
    chat,
    chat_member,
    now,
    reactions,
    user,
)


class TelegramMembers:
    """Tests send, react and press as members through its methods."""

    def __init__(self) -> None:
        """Start without updates."""
        self.clock_offset = 0
        """Seconds by which Telegram's clock is ahead of the computer's."""
        self.statuses: dict[int, str] = {BOT: "administrator"}
        """The status of each account in groups and channels; a member by default."""
        self._updates: EventLog[Payload] = EventLog()
        self._confirmed = 0
        self._next_id = 1000

    def send_message(
        self, text: str, author: int = ALICE, chat_id: int = GROUP, **changes: object
    ) -> int:
        """Send a message; return its id."""
        self._next_id += 1
        message: Payload = {
            "message_id": self._next_id,
            "date": now() + self.clock_offset,
            "chat": chat(chat_id),
            "from": user(author),
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [
                {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
            ]
        self._update("message", message | changes)
        return self._next_id

    def send_update(self, update: Payload) -> int:
        """Send an update of any shape; return its number."""
        number = self.last_update + 1
        self._updates.add({"update_id": number} | update)
        return number

    def renumber(self) -> None:
        """Number the next update 1, as after a quiet week or on another server."""
        self._updates.entries.clear()
        self._confirmed = 0

    def post(self, text: str, **changes: object) -> int:
        """Post in the channel, as the channel; return the message's id."""
        self._next_id += 1
        message: Payload = {"message_id": self._next_id, "date": now(), "chat": chat(CHANNEL)}
        message |= {"sender_chat": chat(CHANNEL), "text": text}
        self._update("channel_post", message | changes)
        return self._next_id

    def count(self, message_id: int, counts: Mapping[str, int]) -> None:
        """Send the reaction counts of a post in the channel."""
        each = [
            {"type": {"type": "emoji", "emoji": emoji}, "total_count": count}
            for emoji, count in counts.items()
        ]
        told = {"chat": chat(CHANNEL), "message_id": message_id, "date": now(), "reactions": each}
        self._update("message_reaction_count", told)

    def press(self, call: Call, label: str, author: int = ALICE, **changes: object) -> str:
        """Press a button of the bot; return the id of the query."""
        (data,) = [b["callback_data"] for b in call.buttons if b["text"] == label]
        return self.press_data(call, str(data), author, **changes)

    def press_data(self, call: Call, data: str, author: int = ALICE, **changes: object) -> str:
        """Send a press with any data, as a client of its own may; return the id of the query."""
        self._next_id += 1
        message = {"message_id": 1, "date": now(), "chat": chat(int(call.fields["chat_id"]))}
        message |= {"from": user(BOT), "text": call.text} | changes
        pressed = {"id": str(self._next_id), "from": user(author), "message": message}
        self._update("callback_query", pressed | {"chat_instance": "1", "data": data})
        return str(self._next_id)

    def type_inline(self, text: str, author: int = ALICE) -> str:
        """Send an inline query; return its id."""
        self._next_id += 1
        typed = {"id": str(self._next_id), "from": user(author), "query": text, "offset": ""}
        self._update("inline_query", typed)
        return str(self._next_id)

    def summon(self, text: str, author: int = ALICE, **changes: object) -> str:
        """Send a guest message, from a chat without the bot; return the id of its query."""
        self._next_id += 1
        message: Payload = {
            "message_id": self._next_id,
            "date": now(),
            "chat": chat(ELSEWHERE),
            "from": user(author),
            "text": text,
            "guest_query_id": str(self._next_id),
        }
        self._update("guest_message", message | changes)
        return str(self._next_id)

    def set_bot_status(self, status: str, author: int = ALICE, chat_id: int = GROUP) -> None:
        """Change the bot's status in a group."""
        old, self.statuses[BOT] = self.statuses.get(BOT, "member"), status
        told = {"chat": chat(chat_id), "from": user(author), "date": now()}
        told |= {"old_chat_member": chat_member(BOT, old)}
        self._update("my_chat_member", told | {"new_chat_member": chat_member(BOT, status)})

    def edit(self, message_id: int, text: str, author: int = ALICE) -> None:
        """Edit a message."""
        edited = {
            "message_id": message_id,
            "date": now(),
            "edit_date": now(),
            "chat": chat(GROUP),
            "from": user(author),
            "text": text,
        }
        self._update("edited_message", edited)

    def react(
        self,
        message_id: int,
        author: int,
        old: Sequence[str],
        new: Sequence[str],
        chat_id: int = GROUP,
    ) -> None:
        """Change ``author``'s reactions on a message."""
        change = {
            "chat": chat(chat_id),
            "message_id": message_id,
            "user": user(author),
            "date": now(),
            "old_reaction": reactions(old),
            "new_reaction": reactions(new),
        }
        if chat_id > 0 or self.statuses.get(BOT) == "administrator":
            self._update("message_reaction", change)

    @property
    def last_update(self) -> int:
        """The number of the latest update."""
        return len(self._updates.entries)

    def _update(self, kind: str, content: Payload) -> None:
        number = len(self._updates.entries) + 1
        self._updates.add({"update_id": number, kind: content})
