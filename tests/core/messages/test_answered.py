"""The gravity of what a message answers holds for the answer; whose text it is decides if."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest

from bot.core.chat_settings.schema import ChatSettings
from bot.core.errors import Overloaded
from bot.core.events import AnsweredText, IncomingMessage, MemberKey, SkipReason, TextOrigin
from bot.core.messages.answered import heed
from bot.core.messages.policy import choose_emojis
from bot.core.messages.service import Service
from bot.core.rules.rule import Rule
from model import Prediction
from model.embedding_offset import EmbeddingOffset
from model.prediction import HARMLESS, Gravity, GravityLevel
from tests.core.fakes import BEN, EchoPredictor, RecordingPlatform, message, ref
from tests.core.memory_store import MemoryStore

NOTICE = "grandma died"
LAUGH, HUG = Prediction("😂", 0.6), Prediction("🫂", 0.3)
GRAVE = Gravity(GravityLevel.GRAVE)


class GravePredictor(EchoPredictor):
    """Reads the notice as grave, and everything else as funny."""

    notice_error: Exception | None = None

    async def predict(
        self,
        text: str,
        k: int,
        candidates: Collection[str] | None,
        bias: Mapping[str, float],
        moves: Mapping[str, EmbeddingOffset] | None = None,
    ) -> list[Prediction]:
        found = await super().predict(text, k, candidates, bias, moves)
        if text != NOTICE:
            return found
        if self.notice_error is not None:
            raise self.notice_error
        return [Prediction("🫂", 0.9, gravity=GRAVE)]


def answer(author: MemberKey | None = BEN, text: str = NOTICE) -> IncomingMessage:
    return replace(message("lol"), answered=AnsweredText(text, TextOrigin(author)))


async def shown_on(answer: IncomingMessage, store: MemoryStore | None = None) -> tuple[str, ...]:
    service = Service(GravePredictor(), store or MemoryStore())
    return (await service.on_message(answer, RecordingPlatform())).shown


async def test_nothing_laughs_at_an_answer_to_a_grave_message() -> None:
    assert await shown_on(answer(text="the weather")) == ("😂",)
    store, platform = MemoryStore(), RecordingPlatform()
    outcome = await Service(GravePredictor(), store).on_message(answer(), platform)
    assert outcome.skip_reason is SkipReason.GRAVITY
    assert not platform.shown
    assert NOTICE not in repr((answer(), outcome, store.outcomes.rows))


@pytest.mark.parametrize("text", ["😭", "...", "https://example.org"])
async def test_no_rule_laughs_at_an_answer_without_words_to_a_grave_message(text: str) -> None:
    store, platform = MemoryStore(), RecordingPlatform()
    store.chat_settings.value = ChatSettings(big_reactions=True)
    await store.rules.add(ref(), Rule(text, ("😂", ":lol:", "🫂")))
    predictor = GravePredictor()
    predictor.predictions = []
    service = Service(predictor, store)
    given = replace(answer(), text=text, custom_emojis=frozenset({":lol:"}))
    outcome = await service.on_message(given, platform)
    assert (outcome.shown, outcome.is_big) == (("🫂",), False)
    alone = replace(given, ref=ref("2"), answered=None)
    outcome = await service.on_message(alone, platform)
    assert (outcome.shown, outcome.is_big) == (("😂", ":lol:", "🫂"), True)


async def test_texts_of_opted_out_and_unknown_authors_are_not_read() -> None:
    store = MemoryStore()
    await store.members.set_opted_out("console", BEN, True)
    assert await shown_on(answer(), store) == ("😂",)
    assert await shown_on(answer(None)) == ("😂",)


async def test_a_setting_turns_it_off() -> None:
    store = MemoryStore()
    store.chat_settings.value = ChatSettings(context=False)
    assert await shown_on(answer(), store) == ("😂",)


@pytest.mark.parametrize("error", [Overloaded("full"), ValueError("broken")])
async def test_what_cannot_be_read_is_not_laughed_at(error: Exception) -> None:
    predictor = GravePredictor()
    predictor.notice_error = error
    outcome = await Service(predictor, MemoryStore()).on_message(answer(), RecordingPlatform())
    assert "😂" not in outcome.shown


def test_what_the_gravity_permits_stays() -> None:
    kept = heed([LAUGH, HUG], GRAVE)
    assert [(p.emoji, p.gravity) for p in kept] == [("🫂", GRAVE)]
    assert [p.emoji for p in heed([LAUGH], GRAVE)] == ["😂"]
    assert heed([LAUGH, HUG], HARMLESS) == [LAUGH, HUG]
    (kept_thumb,) = heed([Prediction("👍", 0.9), LAUGH], GRAVE)
    assert (kept_thumb.emoji, kept_thumb.gravity.level) == ("👍", GravityLevel.UNSURE)
    assert not heed([], GRAVE)
    alone = heed([LAUGH, HUG], Gravity(GravityLevel.SELF_HARM))
    assert {p.gravity.level for p in alone} == {GravityLevel.SELF_HARM}
    graver = [replace(HUG, gravity=GRAVE)]
    assert heed(graver, GRAVE) is graver


def test_nothing_comes_unasked_to_an_answer_to_what_may_be_about_self_harm() -> None:
    answered = Gravity(GravityLevel.UNSURE, 0.6, may_be_self_harm=True)
    kept = heed([LAUGH, HUG], answered)
    assert choose_emojis(kept, ChatSettings(), 0.0) is SkipReason.GRAVITY
    assert choose_emojis(kept, ChatSettings(), 0.0, requested=True) == ("🫂",)
