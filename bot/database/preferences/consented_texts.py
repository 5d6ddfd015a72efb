"""The texts that members agreed to have kept, for what is learnt from them while running."""

from collections.abc import Sequence

from sqlalchemy import select

from bot.core.events import CustomEmojiChoice, FeedbackKind, MemberKey, MessageRef
from bot.database.queries import is_community
from bot.database.tables import community, feedback, prediction
from bot.database.transaction import Database
from model.embedding_offset import EmojiChoice

_CHOICES = (FeedbackKind.AGREE.value, FeedbackKind.CORRECT.value)


class SqlConsentedTextStore:
    """Reads stored texts; ``SqlOutcomeStore`` writes and erases them."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def choices(self, ref: MessageRef, max_choices: int) -> Sequence[CustomEmojiChoice]:
        """What members of the message's community chose of late on texts that are kept.

        Each with the weight that their word has in the community's taste.
        """
        query = (
            select(prediction.c.text, feedback.c.emoji, feedback.c.vote_weight, feedback.c.actor)
            .join_from(feedback, prediction)
            .join(community)
            .where(
                is_community(ref),
                prediction.c.text.is_not(None),
                feedback.c.kind.in_(_CHOICES),
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
