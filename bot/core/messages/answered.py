"""The gravity of a message that is answered, which holds for the answer too.

What the answered message says does not help to find the answer's emojis
(``python -m benchmarks.context``), but "lol" under a death notice must not be laughed at.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.events import IncomingMessage
from bot.core.ports import EmojiPredictor, MemberStore
from model import Prediction, gravity
from model.prediction import HARMLESS, Gravity, GravityLevel


async def readable_text(message: IncomingMessage, members: MemberStore) -> str:
    """Return the text that a message answers; empty if there is none that may be read.

    Of authors who opted out, or whom the platform does not tell, nothing is read.

    Raises:
        StoreFailed: the opt-outs cannot be read.
    """
    answered = message.answered
    if answered is None or not answered.text.strip() or answered.origin.author is None:
        return ""
    platform, author = message.ref.platform, answered.origin.author
    return "" if await members.is_opted_out(platform, author) else answered.text


async def gravity_of(predictor: EmojiPredictor, text: str) -> Gravity:
    """Return the gravity of a text; harmless without a text.

    Raises:
        Overloaded: the predictor's queue is full.
    """
    if not text:
        return HARMLESS
    return gravity.gravity_of(await predictor.predict(text, 1, None, {}, {}))


def gravity_of_answer(predictions: Sequence[Prediction], answered: Gravity) -> Gravity:
    """Return the gravity of an answer to a text of this gravity; it may have no predictions.

    An answer that does not laugh need not be grave because it answers a grave text: that makes it
    unsure at most; but nothing comes unasked if the text may be about self-harm.
    """
    own, level = gravity.gravity_of(predictions), answered.level
    if level is GravityLevel.GRAVE and _is_serious(predictions):
        level = GravityLevel.UNSURE
    return replace(
        own,
        level=gravity.graver(own.level, level),
        may_be_self_harm=own.may_be_self_harm or not answered.permits_unasked,
    )


def heed(predictions: Sequence[Prediction], answered: Gravity) -> Sequence[Prediction]:
    """Return the predictions of an answer to a text of this gravity.

    Those that its level does not permit are left out. If it permits none they all stay, with the
    level, by which nothing of them is shown.
    """
    raised = gravity_of_answer(predictions, answered)
    if raised == gravity.gravity_of(predictions):
        return predictions
    heeded = [replace(prediction, gravity=raised) for prediction in predictions]
    return [p for p in heeded if gravity.is_permitted(p.emoji, raised.level)] or heeded


def _is_serious(predictions: Sequence[Prediction]) -> bool:
    """Return True if the best emoji of a text does not laugh."""
    best = predictions[0].emoji if predictions else ""
    return gravity.is_permitted(best, GravityLevel.UNSURE)
