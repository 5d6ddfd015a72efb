"""Whose words a text is decides if it is read, stored, and for whom it is recorded."""

from dataclasses import replace

import pytest

from bot.core.errors import StoreFailed
from bot.core.events import IncomingMessage, SkipReason, TextOrigin
from bot.core.members.reading import UNKNOWN_AUTHOR, attribute, reason_not_to_read
from tests.core.fakes import ANNA, BEN, message
from tests.core.memory_store import MemoryStore

OWN = replace(message(), may_store_text=True)
OF_BEN = replace(OWN, origin=TextOrigin(BEN))
OF_UNKNOWN = replace(OWN, origin=TextOrigin(None))


@pytest.mark.parametrize("origin", [None, TextOrigin(ANNA)])
async def test_own_texts_are_attributed_to_their_sender(origin: TextOrigin | None) -> None:
    attributed = attribute(replace(OWN, origin=origin))
    assert (attributed.author, attributed.may_store_text) == (ANNA, True)


async def test_texts_of_others_are_attributed_to_them_and_never_stored() -> None:
    attributed = attribute(OF_BEN)
    assert (attributed.author, attributed.may_store_text) == (BEN, False)


async def test_texts_of_unknown_authors_have_no_author_and_are_never_stored() -> None:
    attributed = attribute(OF_UNKNOWN)
    assert (attributed.author, attributed.may_store_text) == (UNKNOWN_AUTHOR, False)


async def test_texts_are_read_unless_their_author_opted_out() -> None:
    store = MemoryStore()
    assert await reason_not_to_read(OF_BEN, store.members) is None
    await store.members.set_opted_out("console", BEN, True)
    assert await reason_not_to_read(OF_BEN, store.members) is SkipReason.OPTED_OUT


async def test_the_opt_out_of_the_sender_is_left_to_the_policy() -> None:
    store = MemoryStore()
    await store.members.set_opted_out("console", ANNA, True)
    assert await reason_not_to_read(OWN, store.members) is None


@pytest.mark.parametrize(
    "asked", [replace(OF_UNKNOWN, requested=True), replace(OF_UNKNOWN, addressed=True)]
)
async def test_texts_of_unknown_authors_are_read_on_request(asked: IncomingMessage) -> None:
    assert await reason_not_to_read(asked, MemoryStore().members) is None


async def test_texts_of_unknown_authors_are_not_read_otherwise() -> None:
    members = MemoryStore().members
    assert await reason_not_to_read(OF_UNKNOWN, members) is SkipReason.UNKNOWN_AUTHOR


async def test_no_text_is_read_if_the_opt_out_is_unknown() -> None:
    store = MemoryStore()
    store.failing.add("members.is_opted_out")
    with pytest.raises(StoreFailed):
        await reason_not_to_read(OF_BEN, store.members)
