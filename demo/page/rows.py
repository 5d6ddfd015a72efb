"""What a visitor of a Space said, as the row that training reads."""

from datetime import UTC, datetime

from model.feedback import FeedbackEntry, FeedbackRow, ScoredEmoji

from .port import NONE_FITS, Asked, Reading

PLATFORM = COMMUNITY = "space"
SCORE_DIGITS = 6


def row_of(
    asked: Asked, reading: Reading, word: str | None, *, artifact: str, author: str
) -> FeedbackRow:
    """One answer and the word on it, without its text; a word that is None takes it back.

    ``shown`` is what the bot would have shown: a choice of it is agreement, of another correction.
    """
    shown = tuple(p.emoji for p in reading.five[:1] if p.score >= reading.threshold)
    return FeedbackRow(
        id=asked.answer,
        platform=PLATFORM,
        community=COMMUNITY,
        author=author,
        day=datetime.now(UTC).date(),
        artifact_version=artifact,
        predictions=tuple(
            ScoredEmoji(emoji=p.emoji, score=round(p.score, SCORE_DIGITS)) for p in reading.five
        ),
        shown=shown,
        feedback=() if word is None else (_feedback_entry(word, shown),),
    )


def _feedback_entry(word: str, shown: tuple[str, ...]) -> FeedbackEntry:
    if word == NONE_FITS:
        return FeedbackEntry(kind="dislike", source="web")
    return FeedbackEntry(kind="agree" if word in shown else "correct", emoji=word, source="web")
