"""Conditions and look-ups that several parts of the store share."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import MemberKey, MessageRef
from bot.database.tables import community, consent, opt_out, personal_consent, prediction
from bot.database.transaction import Database


def is_community(ref: MessageRef) -> ColumnElement[bool]:
    """Return the condition for the message's row of ``community``."""
    return and_(community.c.platform == ref.platform, community.c.external_id == ref.community)


def prediction_id(ref: MessageRef) -> ScalarSelect[int]:
    """Return the query for the id of the message's row of ``prediction``."""
    return (
        select(prediction.c.id)
        .join(community)
        .where(
            is_community(ref),
            prediction.c.chat == ref.chat,
            prediction.c.message == ref.message,
        )
        .scalar_subquery()
    )


async def find_or_create_community(
    database: Database, connection: AsyncConnection, ref: MessageRef
) -> int:
    """Return the id of the message's row of ``community``, inserted if it is missing."""
    query = select(community.c.id).where(is_community(ref))
    known = (await connection.execute(query)).scalar()
    if known is not None:
        return int(known)
    await connection.execute(
        database.insert(community)
        .values(platform=ref.platform, external_id=ref.community, created_at=datetime.now(UTC))
        .on_conflict_do_nothing()
    )
    return int((await connection.execute(query)).scalar_one())


async def active_consent(
    connection: AsyncConnection, platform: str, member: MemberKey
) -> str | None:
    """Return the version of the terms to which the member agrees now; None without consent."""
    found = await connection.execute(
        select(consent.c.version).where(
            consent.c.platform == platform,
            consent.c.member == member,
            consent.c.revoked_at.is_(None),
        )
    )
    version: str | None = found.scalar()
    return version


async def is_personal(connection: AsyncConnection, platform: str, member: MemberKey) -> bool:
    """Return if the member agreed to preferences of their own."""
    query = select(personal_consent.c.granted_at).where(is_personal_consent(platform, member))
    return (await connection.execute(query)).first() is not None


def is_personal_consent(platform: str, member: MemberKey) -> ColumnElement[bool]:
    """Return the condition for the member's row of ``personal_consent``."""
    return and_(personal_consent.c.platform == platform, personal_consent.c.member == member)


async def is_opted_out(connection: AsyncConnection, platform: str, member: MemberKey) -> bool:
    """Return if the member asked not to be answered or recorded."""
    query = select(opt_out.c.since).where(
        opt_out.c.platform == platform, opt_out.c.member == member
    )
    return (await connection.execute(query)).first() is not None
