"""The explanation of an outcome, the same on every platform."""

from collections.abc import Callable

from bot.core.events import Outcome, RecordedOutcome, SkipReason
from bot.i18n import localize

_UNANSWERED = {
    SkipReason.OVERLOADED: "emoji.busy",
    SkipReason.FAILED: "emoji.failed",
    SkipReason.NO_PREDICTION: "emoji.nothing",
    SkipReason.NO_ALLOWED_EMOJI: "emoji.nothing",
    SkipReason.OPTED_OUT: "emoji.opted_out",
}


def explain_unanswered(outcome: Outcome, language: str) -> str | None:
    """Return why a request has no answer, in a language; None if there is nothing to say."""
    key = outcome.skip_reason and _UNANSWERED.get(outcome.skip_reason)
    return localize(key, language) if key else None


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
