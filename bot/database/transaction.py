"""Short transactions on one database, and the conditions that several queries share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.errors import StoreFailed
from bot.core.events import MemberKey, MessageRef
from bot.database.engine import reason
from bot.database.tables import community, consent, prediction


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction; the driver's errors come out as ``StoreFailed`` without parameters."""
    try:
        async with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise StoreFailed(reason(error)) from None
    except OSError as error:
        raise StoreFailed(f"the database cannot be reached: {error.strerror}") from None


class Session:
    """What every part of the store works with."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use an open database."""
        self._reader = engine
        self._writer = engine.execution_options(immediate=True)
        # The two dialects whose insert knows on_conflict_do_*, with the same arguments.
        on_sqlite = engine.dialect.name == "sqlite"
        self._insert = sqlite.insert if on_sqlite else postgresql.insert

    async def _community(self, connection: AsyncConnection, ref: MessageRef) -> int:
        query = select(community.c.id).where(is_community(ref))
        known = (await connection.execute(query)).scalar()
        if known is not None:
            return int(known)
        await connection.execute(
            self._insert(community)
            .values(platform=ref.platform, external_id=ref.community, created_at=datetime.now(UTC))
            .on_conflict_do_nothing()
        )
        return int((await connection.execute(query)).scalar_one())


def is_community(ref: MessageRef) -> ColumnElement[bool]:
    """The row of ``community`` that the message belongs to."""
    return and_(community.c.platform == ref.platform, community.c.external_id == ref.community)


def prediction_id(ref: MessageRef) -> Select[tuple[int]]:
    """The message's row of ``prediction``."""
    return (
        select(prediction.c.id)
        .join(community)
        .where(
            is_community(ref),
            prediction.c.chat == ref.chat,
            prediction.c.message == ref.message,
        )
    )


async def active_consent(
    connection: AsyncConnection, platform: str, member: MemberKey
) -> str | None:
    """The version of the terms to which the member agrees now; None without consent."""
    found = await connection.execute(
        select(consent.c.version).where(
            consent.c.platform == platform,
            consent.c.member == member,
            consent.c.revoked_at.is_(None),
        )
    )
    version: str | None = found.scalar()
    return version
