"""The privacy commands have the same texts and results on every platform."""

import json

import pytest

from bot.core.errors import StoreFailed
from bot.core.members.privacy import PrivacyCommands, Retention
from bot.core.messages.service import Service
from bot.i18n import TERMS_VERSION, localize
from tests.core.fakes import ANNA, EchoPredictor
from tests.core.memory_store import MemoryStore

RETENTION = Retention(days=365, text_days=14)


def commands(store: MemoryStore, retention: Retention = RETENTION) -> PrivacyCommands:
    requests = Service(EchoPredictor(), store).member_requests
    return PrivacyCommands("console", requests, retention)


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
    assert await offered.choose("keep", ANNA, "en") == localize("forget.kept", "en")
    erased = await offered.choose("forget", ANNA, "en")
    assert erased == localize("forget.done", "en", count=0)


async def test_consent_is_given_declined_and_revoked() -> None:
    store = MemoryStore()
    offered = commands(store)
    prompt = await offered.ask_for_consent(ANNA, "en")
    assert names(prompt.choices) == ["agree", "decline"]
    assert await offered.choose("decline", ANNA, "en") == localize("consent.declined", "en")
    assert await store.members.consent_version("console", ANNA) is None
    given = await offered.choose("agree", ANNA, "en")
    assert given == localize("consent.given", "en", version=TERMS_VERSION)
    assert await store.members.consent_version("console", ANNA) == TERMS_VERSION
    assert names((await offered.ask_for_consent(ANNA, "en")).choices) == ["revoke"]
    assert await offered.choose("revoke", ANNA, "en") == localize("consent.revoked", "en")
    assert await store.members.consent_version("console", ANNA) is None


async def test_consent_to_earlier_terms_is_renewed_or_revoked() -> None:
    store = MemoryStore()
    await store.members.set_consent("console", ANNA, "1999-1")
    prompt = await commands(store).ask_for_consent(ANNA, "en")
    assert localize("consent.outdated", "en", version="1999-1") in prompt.text
    assert names(prompt.choices) == ["agree", "revoke"]


async def test_members_who_opted_out_cannot_consent() -> None:
    store = MemoryStore()
    offered = commands(store)
    assert await offered.opt_out(ANNA, "en") == localize("optout.done", "en")
    refusal = localize("consent.opted_out", "en")
    assert (await offered.ask_for_consent(ANNA, "en")).text == refusal
    assert await offered.choose("agree", ANNA, "en") == refusal
    assert await offered.opt_in(ANNA, "en") == localize("optin.done", "en")
    assert (await offered.ask_for_consent(ANNA, "en")).choices


async def test_there_is_no_consent_if_texts_are_never_stored() -> None:
    store = MemoryStore()
    offered = commands(store, Retention(365, None))
    refusal = localize("consent.unavailable", "en")
    assert (await offered.ask_for_consent(ANNA, "en")).text == refusal
    assert await offered.choose("agree", ANNA, "en") == refusal
    assert await store.members.consent_version("console", ANNA) is None


async def test_an_unknown_choice_has_expired() -> None:
    assert await commands(MemoryStore()).choose("other", ANNA, "en") == localize(
        "error.expired", "en"
    )


async def test_a_failing_store_is_raised() -> None:
    store = MemoryStore()
    store.failing.add("members.set_opted_out")
    with pytest.raises(StoreFailed):
        await commands(store).opt_out(ANNA, "en")
