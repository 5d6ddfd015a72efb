"""What a visitor of a Space said, as the row that training reads."""

from datetime import UTC, datetime

from model.feedback import FeedbackRow, Response, Suggestion

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
        artifact=artifact,
        suggestions=tuple(
            Suggestion(emoji=p.emoji, score=round(p.score, SCORE_DIGITS)) for p in reading.five
        ),
        shown=shown,
        responses=() if word is None else (_response(word, shown),),
    )


def _response(word: str, shown: tuple[str, ...]) -> Response:
    if word == NONE_FITS:
        return Response(answer="dislike", source="web")
    return Response(answer="agree" if word in shown else "correct", emoji=word, source="web")
