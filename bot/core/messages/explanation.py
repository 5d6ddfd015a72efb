"""Why an answer was given, in words that every platform shows alike."""

from collections.abc import Callable

from bot.core.events import Answer
from bot.i18n import say


def explain(answer: Answer, language: str, face: Callable[[str], str] = str) -> str:
    """What was shown or why nothing, the scores, the threshold and the model.

    ``face`` gives what the platform shows for an emoji.
    """
    outcome = answer.outcome
    if outcome.chosen:
        lines = [say("why.shown", language, emojis=" ".join(map(face, outcome.chosen)))]
    else:
        reason = say(f"skip.{outcome.skip}", language, refusal=outcome.refusal)
        lines = [say("why.silent", language, reason=reason)]
    if outcome.predictions:
        lines.append(say("why.scores", language))
        lines += [f"{face(each.emoji)}  {each.score:.1%}" for each in outcome.predictions]
    if outcome.threshold is not None:
        lines.append(say("why.threshold", language, threshold=f"{outcome.threshold:.1%}"))
    moment = f"{answer.at:%Y-%m-%d %H:%M}"
    lines.append(say("why.artifact", language, artifact=outcome.artifact, moment=moment))
    return "\n".join(lines)
