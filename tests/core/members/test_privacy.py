"""The privacy commands have the same texts and results on every platform."""

import json

import pytest

from bot.core.errors import StoreFailed
from bot.core.members.privacy import PrivacyCommands, Retention
from bot.core.messages.service import Service
from bot.i18n import LANGUAGES, TERMS_VERSION, localize
from tests.core.fakes import ANNA, EchoPredictor
from tests.core.memory_store import MemoryStore

RETENTION = Retention(days=365, text_days=14)
AGREE, LEARN = f"agree-{TERMS_VERSION}", f"learn-{TERMS_VERSION}"


def commands(store: MemoryStore, retention: Retention = RETENTION) -> PrivacyCommands:
    requests = Service(EchoPredictor(), store).member_requests
    return PrivacyCommands("console", requests, retention)


async def choose(offered: PrivacyCommands, name: str) -> str:
    """Return the confirmation of a choice of Anna's, after which nothing is left to choose."""
    answer = await offered.choose(name, ANNA, "en")
    assert answer.choices == ()
    return answer.text


def names(choices: tuple[tuple[str, str], ...]) -> list[str]:
    return [name for name, _ in choices]


def test_stored_data_is_described_with_its_retention() -> None:
    text = commands(MemoryStore()).describe("en")
    assert "365 days" in text
    assert localize("privacy.texts_consented", "en", days=14) in text
    without = commands(MemoryStore(), Retention(365, None)).describe("en")
    assert localize("privacy.texts_never", "en") in without


async def test_the_data_file_is_json() -> None:
    assert isinstance(json.loads(await commands(MemoryStore()).data_file(ANNA)), dict)


async def test_an_erasure_is_confirmed_first() -> None:
    offered = commands(MemoryStore())
    assert names(offered.ask_to_forget("en").choices) == ["forget", "keep"]
    assert await choose(offered, "keep") == localize("forget.kept", "en")
    erased = await choose(offered, "forget")
    assert erased == localize("forget.done", "en", count=0)


async def test_consent_is_given_declined_and_revoked() -> None:
    store = MemoryStore()
    offered = commands(store)
    prompt = await offered.ask_for_consent(ANNA, "en")
    assert names(prompt.choices) == [AGREE, "decline"]
    assert await choose(offered, "decline") == localize("consent.declined", "en")
    assert await store.members.consent_version("console", ANNA) is None
    given = await choose(offered, AGREE)
    assert given == localize("consent.given", "en", version=TERMS_VERSION)
    assert await store.members.consent_version("console", ANNA) == TERMS_VERSION
    assert names((await offered.ask_for_consent(ANNA, "en")).choices) == ["revoke"]
    assert await choose(offered, "revoke") == localize("consent.revoked", "en")
    assert await store.members.consent_version("console", ANNA) is None


async def test_consent_to_earlier_terms_is_renewed_or_revoked() -> None:
    store = MemoryStore()
    await store.members.set_consent("console", ANNA, "1999-1")
    prompt = await commands(store).ask_for_consent(ANNA, "en")
    assert localize("consent.outdated", "en", version="1999-1") in prompt.text
    assert names(prompt.choices) == [AGREE, "revoke"]


async def test_members_who_opted_out_cannot_consent() -> None:
    store = MemoryStore()
    offered = commands(store)
    assert await offered.opt_out(ANNA, "en") == localize("optout.done", "en")
    refusal = localize("consent.opted_out", "en")
    assert (await offered.ask_for_consent(ANNA, "en")).text == refusal
    assert await choose(offered, AGREE) == refusal
    assert await offered.opt_in(ANNA, "en") == localize("optin.done", "en")
    assert (await offered.ask_for_consent(ANNA, "en")).choices


async def test_there_is_no_consent_if_texts_are_never_stored() -> None:
    store = MemoryStore()
    offered = commands(store, Retention(365, None))
    refusal = localize("consent.unavailable", "en")
    assert (await offered.ask_for_consent(ANNA, "en")).text == refusal
    assert await choose(offered, AGREE) == refusal
    assert await store.members.consent_version("console", ANNA) is None


async def test_an_unknown_choice_has_expired() -> None:
    assert await choose(commands(MemoryStore()), "other") == localize("error.expired", "en")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_agreement_to_earlier_terms_asks_again_under_those_of_today(language: str) -> None:
    store = MemoryStore()
    offered = commands(store)
    for earlier, question in (
        ("agree-2020-01", await offered.ask_for_consent(ANNA, language)),
        ("learn-2020-01", await offered.ask_for_personal(ANNA, language)),
        ("agree", await offered.ask_for_consent(ANNA, language)),
    ):
        assert question.choices
        assert await offered.choose(earlier, ANNA, language) == question
    assert await store.members.consent_version("console", ANNA) is None
    assert not await store.members.is_personal("console", ANNA)


async def test_what_was_agreed_to_is_taken_back_under_any_terms() -> None:
    store = MemoryStore()
    offered = commands(store)
    await choose(offered, LEARN)
    await store.members.set_consent("console", ANNA, "1999-1")
    assert await choose(offered, "revoke") == localize("consent.revoked", "en")
    assert await choose(offered, "stop") == localize("personal.stopped", "en")


async def test_a_failing_store_is_raised() -> None:
    store = MemoryStore()
    store.failing.add("members.set_opted_out")
    with pytest.raises(StoreFailed):
        await commands(store).opt_out(ANNA, "en")
