"""One contract for every platform: whose words a text is decides if it is read and stored."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from bot.core.events import MemberKey
from bot.core.members.reading import UNKNOWN_AUTHOR
from bot.i18n import TERMS_VERSION, localize
from tests.adapters.matrix.privacy_platform import running_matrix
from tests.adapters.privacy_platforms import (
    HIDDEN,
    ForwardingPlatform,
    Platform,
    SharedPlatform,
    TelegramPlatform,
    replied,
    running,
)
from tests.e2e.telegram_payloads import ALICE, BOB, CHANNEL, chat, user

Start = Callable[[str], AbstractAsyncContextManager[Any]]

TEXT = "what a day"
REFUSAL = localize("emoji.opted_out", "en")
QUOTE = {"text": TEXT, "position": 0, "is_manual": True}


@pytest.fixture
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """Return the function that runs a platform by its name."""

    def start(name: str) -> AbstractAsyncContextManager[Any]:
        if name == "matrix":
            return running_matrix(request.getfixturevalue("homeserver"), tmp_path)
        return running(name, tmp_path)

    return start


@pytest.fixture(params=["discord", "telegram", "matrix", "console", "web"])
async def platform(request: pytest.FixtureRequest, start: Start) -> AsyncIterator[Any]:
    """Run each platform."""
    async with start(request.param) as started:
        yield started


@pytest.fixture(params=["discord", "telegram", "matrix"])
async def shared(request: pytest.FixtureRequest, start: Start) -> AsyncIterator[Any]:
    """Run each platform on which members see messages of others."""
    async with start(request.param) as started:
        yield started


@pytest.fixture(params=["discord", "telegram"])
async def forwarding(request: pytest.FixtureRequest, start: Start) -> AsyncIterator[Any]:
    """Run each platform that does not always tell whose words a text is."""
    async with start(request.param) as started:
        yield started


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Any]:
    """Run Telegram, where forwards and quotes tell of their authors."""
    async with running("telegram", tmp_path) as started:
        yield started


async def opt_out(platform: Platform, member: MemberKey) -> None:
    await platform.records.store.members.set_opted_out(platform.name, member, True)


async def consent(platform: Platform, *members: MemberKey) -> None:
    for member in members:
        await platform.records.store.members.set_consent(platform.name, member, TERMS_VERSION)


async def test_own_texts_are_recorded_for_their_author(platform: Platform) -> None:
    await platform.request(TEXT)
    assert platform.records.predictor.texts == [TEXT]
    assert await platform.records.rows() == [(platform.requester, None)]


async def test_own_texts_are_stored_under_consent(platform: Platform) -> None:
    await consent(platform, platform.requester)
    await platform.request(TEXT)
    stored = None if platform.name == "console" else TEXT
    assert await platform.records.rows() == [(platform.requester, stored)]


async def test_nothing_is_recorded_of_members_who_opted_out(platform: Platform) -> None:
    await opt_out(platform, platform.requester)
    await platform.request(TEXT)
    assert await platform.records.rows() == []


async def test_own_messages_are_own_texts(shared: SharedPlatform) -> None:
    await consent(shared, shared.requester)
    await shared.request_for_own_message(TEXT)
    assert set(await shared.records.rows()) == {(shared.requester, TEXT)}


async def test_texts_of_others_are_read_and_recorded_for_their_author(
    shared: SharedPlatform,
) -> None:
    await consent(shared, shared.requester)
    answer = await shared.request_for_message(TEXT)
    assert answer == localize("emoji.offer", "en")
    assert set(await shared.records.rows()) == {(shared.other, None)}
    await opt_out(shared, shared.other)
    assert await shared.records.rows() == []


async def test_texts_of_others_are_never_stored_on_a_request(shared: SharedPlatform) -> None:
    await opt_out(shared, shared.requester)
    await shared.request_for_message(TEXT)
    assert shared.requester not in dict(await shared.records.rows())


async def test_texts_of_members_who_opted_out_are_not_read(shared: SharedPlatform) -> None:
    await opt_out(shared, shared.other)
    assert await shared.request_for_message(TEXT) == REFUSAL
    assert shared.records.predictor.texts == []
    assert await shared.records.rows() == []


async def test_what_is_answered_is_read_unless_its_author_opted_out(
    shared: SharedPlatform,
) -> None:
    await shared.answer(TEXT, "how sad")
    assert shared.records.predictor.texts == [TEXT, "how sad"]
    assert await shared.records.rows() == [(shared.requester, None)]
    await opt_out(shared, shared.other)
    await shared.answer(TEXT, "so sad")
    assert shared.records.predictor.texts == [TEXT, "how sad", "so sad"]


async def test_texts_of_unknown_authors_are_read_and_recorded_for_nobody(
    forwarding: ForwardingPlatform,
) -> None:
    await consent(forwarding, forwarding.requester)
    answer = await forwarding.request_for_unknown(TEXT)
    assert answer == localize("emoji.offer", "en")
    recorded = await forwarding.records.rows()
    assert (UNKNOWN_AUTHOR, None) in recorded
    assert forwarding.requester not in dict(recorded)


def origin(author: int) -> dict[str, Any]:
    return {"type": "user", "date": 1_700_000_000, "sender_user": user(author)}


def outside(origin: dict[str, Any]) -> dict[str, Any]:
    """A reply to a message of another chat, of which it quotes a part."""
    return {"external_reply": {"origin": origin, "chat": chat(CHANNEL)}, "quote": QUOTE}


@pytest.mark.parametrize(
    "changes",
    [
        {"reply_to_message": replied(TEXT, user(ALICE)) | {"forward_origin": origin(BOB)}},
        {"reply_to_message": replied(f"{TEXT}!", user(BOB)), "quote": QUOTE},
        outside(origin(BOB)),
    ],
    ids=["forward", "quote", "external reply"],
)
async def test_forwards_and_quotes_are_texts_of_their_author(
    telegram: TelegramPlatform, changes: dict[str, Any]
) -> None:
    assert await telegram.request_for_reply(**changes) == localize("emoji.offer", "en")
    assert telegram.records.predictor.texts == [TEXT]
    assert await telegram.records.rows() == [(telegram.other, None)]
    await opt_out(telegram, telegram.other)
    assert await telegram.request_for_reply(**changes) == REFUSAL
    assert telegram.records.predictor.texts == [TEXT]


async def test_quotes_of_hidden_members_are_texts_of_unknown_authors(
    telegram: TelegramPlatform,
) -> None:
    assert await telegram.request_for_reply(**outside(HIDDEN)) == localize("emoji.offer", "en")
    assert await telegram.records.rows() == [(UNKNOWN_AUTHOR, None)]


async def test_forwarded_messages_are_read_if_their_author_is_known_and_did_not_opt_out(
    telegram: TelegramPlatform,
) -> None:
    await consent(telegram, telegram.requester, telegram.other)
    telegram.server.send_message(TEXT, forward_origin=origin(BOB))
    await telegram.server.confirmed()
    assert await telegram.records.rows() == [(telegram.other, None)]
    await opt_out(telegram, telegram.other)
    for unread in (origin(BOB), HIDDEN):
        telegram.server.send_message(TEXT, forward_origin=unread)
    await telegram.server.confirmed()
    assert telegram.records.predictor.texts == [TEXT]
    assert await telegram.records.rows() == []
