"""Why an answer was given, in words that every platform shows alike."""

from collections.abc import Callable

from bot.core.events import RecordedOutcome
from bot.i18n import localize


def explain_outcome(
    answer: RecordedOutcome, language: str, face: Callable[[str], str] = str
) -> str:
    """What was shown or why nothing, the scores, the threshold and the model.

    ``face`` gives what the platform shows for an emoji.
    """
    outcome = answer.outcome
    if outcome.shown:
        lines = [localize("why.shown", language, emojis=" ".join(map(face, outcome.shown)))]
    else:
        reason = localize(f"skip.{outcome.skip_reason}", language, refusal=outcome.refusal)
        lines = [localize("why.silent", language, reason=reason)]
    if outcome.predictions:
        lines.append(localize("why.scores", language))
        lines += [f"{face(each.emoji)}  {each.score:.1%}" for each in outcome.predictions]
    if outcome.threshold is not None:
        lines.append(localize("why.threshold", language, threshold=f"{outcome.threshold:.1%}"))
    moment = f"{answer.recorded_at:%Y-%m-%d %H:%M}"
    lines.append(
        localize("why.artifact", language, artifact=outcome.artifact_version, moment=moment)
    )
    return "\n".join(lines)
