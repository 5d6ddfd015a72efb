"""Events about scored messages: reactions by their own ids, and the bot's replies."""

from dataclasses import dataclass

from sqlalchemy import and_, delete, select

from bot.core.events import MemberKey, MessageRef
from bot.database.queries import is_community, prediction_id
from bot.database.tables import community, prediction, related_event
from bot.database.transaction import Database


@dataclass(frozen=True, slots=True)
class RelatedEvent:
    """An event that is about a scored message."""

    ref: MessageRef
    """The scored message."""
    event: str
    """The platform's id of the event."""
    emoji: str = ""
    """The canonical emoji of a reaction; empty for a reply."""
    member: MemberKey | None = None
    """Who sent it; None for the bot."""


class RelatedEventStore:
    """The events about scored messages; they go with the message's row."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def add(self, related: RelatedEvent) -> None:
        """Insert an event; one about a message that is not stored is left out."""
        async with self._database.write() as connection:
            found = (await connection.execute(select(prediction_id(related.ref)))).scalar()
            if found is None:
                return
            row = {
                "prediction_id": found,
                "event": related.event,
                "member": related.member or "",
                "emoji": related.emoji,
            }
            await connection.execute(
                self._database.insert(related_event).values(row).on_conflict_do_nothing()
            )

    async def find(self, chat: MessageRef, event: str) -> RelatedEvent | None:
        """Return the event of this id in the community and chat of ``chat``; None if unknown."""
        query = (
            select(prediction.c.message, related_event.c.member, related_event.c.emoji)
            .join_from(related_event, prediction)
            .join(community)
            .where(is_community(chat), prediction.c.chat == chat.chat)
            .where(related_event.c.event == event)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        ref = MessageRef(chat.platform, chat.community, chat.chat, row.message)
        member = MemberKey(row.member) if row.member else None
        return RelatedEvent(ref, event, row.emoji, member)

    async def remove(self, related: RelatedEvent) -> None:
        """Delete an event that its platform removed."""
        is_event = and_(
            related_event.c.prediction_id == prediction_id(related.ref),
            related_event.c.event == related.event,
        )
        async with self._database.write() as connection:
            await connection.execute(delete(related_event).where(is_event))
