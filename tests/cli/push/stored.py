"""Rows stored before a push, and files on the Hub after it."""

from collections.abc import Mapping

from bot.core.events import FeedbackKind, MemberKey
from bot.database.engine import open_database
from bot.database.store import SqlStore
from tests.cli.stored_rows import DATABASE
from tests.dataset.community import TERMS, member, say
from tests.hub_server import MAIN, HubServer


async def record_messages(*consenting: MemberKey) -> None:
    """Record two messages with feedback, with the consent of these members."""
    engine = await open_database(f"sqlite+aiosqlite:///{DATABASE}")
    store = SqlStore(engine)
    for author in consenting:
        await store.members.set_consent("console", author, TERMS)
    for number in (0, 1):
        await say(store, number, member(number), FeedbackKind.AGREE)
    await engine.dispose()


def hub_files(hub: HubServer, repository: str, revision: str = MAIN) -> Mapping[str, bytes]:
    """Return the files of a repository by name."""
    return hub.repositories[repository].revisions[revision].files
