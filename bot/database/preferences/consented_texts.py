"""Stored texts of members who consented, for embedding offsets of custom emojis."""

from collections.abc import Sequence

from sqlalchemy import select

from bot.core.events import CustomEmojiChoice, FeedbackKind, MemberKey, MessageRef
from bot.database.queries import is_community
from bot.database.tables import community, feedback, prediction
from bot.database.transaction import Database
from model.embedding_offset import EmojiChoice

_CHOICE_KINDS = (FeedbackKind.AGREE.value, FeedbackKind.CORRECT.value)


class SqlConsentedTextStore:
    """Reads stored texts; ``SqlOutcomeStore`` writes and erases them."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def choices(self, ref: MessageRef, max_choices: int) -> Sequence[CustomEmojiChoice]:
        """Return the latest emojis that members of the message's community chose on stored texts.

        The weight of each is its vote weight.
        """
        query = (
            select(prediction.c.text, feedback.c.emoji, feedback.c.vote_weight, feedback.c.actor)
            .join_from(feedback, prediction)
            .join(community)
            .where(
                is_community(ref),
                prediction.c.text.is_not(None),
                feedback.c.kind.in_(_CHOICE_KINDS),
                feedback.c.vote_weight > 0,
            )
            .order_by(feedback.c.id.desc())
            .limit(max_choices)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            CustomEmojiChoice(
                EmojiChoice(row.text, row.emoji, row.vote_weight), MemberKey(row.actor)
            )
            for row in rows
        ]
