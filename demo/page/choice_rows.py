"""A visitor's choice on a Space as the feedback row that training reads."""

from datetime import UTC, datetime

from model.feedback import FeedbackEntry, FeedbackRow, ScoredEmoji

from .interface import NONE_FITS, PredictionRequest, PredictionResult

PLATFORM = COMMUNITY = "space"
SCORE_DIGITS = 6


def choice_row(
    request: PredictionRequest,
    result: PredictionResult,
    choice: str | None,
    *,
    artifact_version: str,
    author: str,
) -> FeedbackRow:
    """Return the row of a choice, without the text; None as choice takes an earlier one back.

    ``shown`` is what the bot would have shown: choosing it is agreement, another a correction.
    """
    shown = tuple(p.emoji for p in result.predictions[:1] if p.score >= result.threshold)
    return FeedbackRow(
        id=request.id,
        platform=PLATFORM,
        community=COMMUNITY,
        author=author,
        day=datetime.now(UTC).date(),
        artifact_version=artifact_version,
        predictions=tuple(
            ScoredEmoji(emoji=p.emoji, score=round(p.score, SCORE_DIGITS))
            for p in result.predictions
        ),
        shown=shown,
        feedback=() if choice is None else (_feedback_entry(choice, shown),),
    )


def _feedback_entry(choice: str, shown: tuple[str, ...]) -> FeedbackEntry:
    if choice == NONE_FITS:
        return FeedbackEntry(kind="dislike", source="web")
    if choice in shown:
        return FeedbackEntry(kind="agree", emoji=choice, source="web")
    return FeedbackEntry(kind="correct", emoji=choice, source="web")
