"""The explanation of an outcome, the same on every platform."""

from collections.abc import Callable

from bot.core.events import RecordedOutcome
from bot.i18n import localize


def explain_message(
    recorded: RecordedOutcome | None, key: str, language: str, display: Callable[[str], str] = str
) -> str:
    """Return the explanation of a message's outcome, if one is stored, and its key in the log.

    ``display`` converts an emoji to the platform's notation.
    """
    if recorded is None:
        text = localize("why.unknown", language)
    else:
        text = _explain_outcome(recorded, language, display)
    return f"{text}\n{localize('why.log', language, message=key)}"


def _explain_outcome(
    recorded: RecordedOutcome, language: str, display: Callable[[str], str]
) -> str:
    """Return what was shown and by which rule, or the skip reason; scores, threshold, artifact."""
    outcome = recorded.outcome
    if outcome.shown:
        lines = [localize("why.shown", language, emojis=" ".join(map(display, outcome.shown)))]
        if outcome.rule is not None:
            lines.append(localize("why.rule", language, rule=outcome.rule))
    else:
        reason = localize(f"skip.{outcome.skip_reason}", language, refusal=outcome.refusal)
        lines = [localize("why.silent", language, reason=reason)]
    if outcome.predictions:
        lines.append(localize("why.scores", language))
        lines += [f"{display(p.emoji)}  {p.score:.1%}" for p in outcome.predictions]
    if outcome.confidence_threshold is not None and outcome.rule is None:
        lines.append(
            localize("why.threshold", language, threshold=f"{outcome.confidence_threshold:.1%}")
        )
    time = f"{recorded.recorded_at:%Y-%m-%d %H:%M}"
    lines.append(localize("why.artifact", language, artifact=outcome.artifact_version, moment=time))
    return "\n".join(lines)
