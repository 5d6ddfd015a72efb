"""Opt-outs, consents and erasure of members."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Update, and_, case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import IncomingMessage, MemberKey
from bot.core.ports import MemberStatus
from bot.database.chat_settings import SqlChatSettingStore
from bot.database.member_data import member_data
from bot.database.member_lists import erase_from_lists
from bot.database.preferences.recording import PreferenceRecording
from bot.database.queries import (
    active_consent,
    is_opted_out,
    is_personal,
    is_personal_consent,
)
from bot.database.tables import (
    community,
    consent,
    feedback,
    opt_out,
    personal_consent,
    prediction,
    related_event,
)
from bot.database.transaction import Database


class SqlMemberStore:
    """Decisions of members, and the data stored about them."""

    def __init__(
        self, database: Database, chat_settings: SqlChatSettingStore, recording: PreferenceRecording
    ) -> None:
        """Use an open database."""
        self._database = database
        self._chat_settings = chat_settings
        self._recording = recording

    async def status(self, message: IncomingMessage) -> MemberStatus:
        """Return what holds for a message and its author."""
        ref = message.ref
        async with self._database.read() as connection:
            settings, rules_version = await self._chat_settings.get_with(
                connection, ref, message.parent_chat
            )
            opted_out = await is_opted_out(connection, ref.platform, message.author)
            personal = await is_personal(connection, ref.platform, message.author)
            return MemberStatus(settings, opted_out, rules_version, personal)

    async def is_opted_out(self, platform: str, member: MemberKey) -> bool:
        """Return if the member asked not to be answered or recorded."""
        async with self._database.read() as connection:
            return await is_opted_out(connection, platform, member)

    async def exist(self) -> bool:
        """Return if anything is stored under a member key."""
        queries = (
            *(select(table.c.member) for table in (opt_out, personal_consent)),
            *(select(table.c.id) for table in (prediction, consent)),
        )
        async with self._database.read() as connection:
            found = [(await connection.execute(query.limit(1))).first() for query in queries]
        return any(row is not None for row in found)

    async def erase(self, platform: str, member: MemberKey) -> int:
        """Erase the member's outcomes, feedback, consents and places on lists; return their number.

        An opt-out stays: without it the next message would be answered again.
        """
        async with self._database.erase() as connection:
            return await self._erase(connection, platform, member)

    async def _erase(self, connection: AsyncConnection, platform: str, member: MemberKey) -> int:
        here = (
            select(prediction.c.id)
            .join(community)
            .where(community.c.platform == platform)
            .correlate(None)
        )
        own = here.where(prediction.c.author == member)
        given = and_(feedback.c.actor == member, feedback.c.prediction_id.in_(here))
        erased = or_(given, feedback.c.prediction_id.in_(own))
        # Otherwise a member could erase their votes and cast them again at full weight.
        await self._recording.uncount(connection, erased, prediction.c.id.in_(own))
        erasures = (
            # Feedback of others on the member's messages: a cascade would not be counted.
            delete(feedback).where(erased),
            delete(prediction).where(prediction.c.id.in_(own)),
            delete(consent).where(_consents(platform, member)),
            delete(personal_consent).where(is_personal_consent(platform, member)),
        )
        erased_rows = [(await connection.execute(erasure)).rowcount for erasure in erasures]
        reactions = and_(related_event.c.member == member, related_event.c.prediction_id.in_(here))
        await connection.execute(delete(related_event).where(reactions))
        return sum(erased_rows) + await erase_from_lists(connection, platform, member)

    async def set_opted_out(self, platform: str, member: MemberKey, out: bool) -> None:
        """Record an opt-out and erase the rest, or revoke it; the first time is kept."""
        row = {"platform": platform, "member": member, "since": datetime.now(UTC)}
        async with self._database.erase() if out else self._database.write() as connection:
            if out:
                await self._erase(connection, platform, member)
            await connection.execute(
                self._database.insert(opt_out).values(row).on_conflict_do_nothing()
                if out
                else delete(opt_out).where(_opt_out_of(platform, member))
            )

    async def consent_version(self, platform: str, member: MemberKey) -> str | None:
        """Return the version of the terms to which the member agrees now; None without consent."""
        async with self._database.read() as connection:
            return await active_consent(connection, platform, member)

    async def set_consent(self, platform: str, member: MemberKey, version: str | None) -> None:
        """Record consent to a version of the terms; None revokes it and erases the texts.

        A revoked consent keeps its times, to prove that it was given and revoked.
        """
        now = datetime.now(UTC)
        row = {"platform": platform, "member": member, "version": version, "granted_at": now}
        is_revoked = version is None
        async with self._database.erase() if is_revoked else self._database.write() as connection:
            active = and_(_consents(platform, member), consent.c.revoked_at.is_(None))
            if version is None:
                await connection.execute(update(consent).where(active).values(revoked_at=now))
                await connection.execute(erase_texts(_written_by(platform, member)))
                return
            # One version holds at a time; agreeing again renews it.
            other = and_(active, consent.c.version != version)
            await connection.execute(update(consent).where(other).values(revoked_at=now))
            again = case((consent.c.revoked_at.is_(None), consent.c.granted_at), else_=now)
            await connection.execute(
                self._database.insert(consent)
                .values(row)
                .on_conflict_do_update(
                    index_elements=["platform", "member", "version"],
                    set_={"granted_at": again, "revoked_at": None},
                )
            )

    async def is_personal(self, platform: str, member: MemberKey) -> bool:
        """Return if the member agreed to preferences of their own."""
        async with self._database.read() as connection:
            return await is_personal(connection, platform, member)

    async def set_personal(self, platform: str, member: MemberKey, agreed: bool) -> None:
        """Record the consent to preferences of the member's own, or delete it.

        The first time is kept.
        """
        row = {"platform": platform, "member": member, "granted_at": datetime.now(UTC)}
        async with self._database.write() as connection:
            await connection.execute(
                self._database.insert(personal_consent).values(row).on_conflict_do_nothing()
                if agreed
                else delete(personal_consent).where(is_personal_consent(platform, member))
            )

    async def data(self, platform: str, member: MemberKey) -> dict[str, object]:
        """Return everything stored about a member, as JSON values."""
        async with self._database.read() as connection:
            return await member_data(connection, platform, member)


def _consents(platform: str, member: MemberKey) -> ColumnElement[bool]:
    return and_(consent.c.platform == platform, consent.c.member == member)


def _written_by(platform: str, member: MemberKey) -> ColumnElement[bool]:
    here = select(community.c.id).where(community.c.platform == platform)
    return and_(prediction.c.author == member, prediction.c.community_id.in_(here))


def erase_texts(where: ColumnElement[bool]) -> Update:
    """Return the update that erases the texts of these rows of ``prediction``."""
    kept = and_(where, prediction.c.text.is_not(None))
    return update(prediction).where(kept).values(text=None, consent=None)


def _opt_out_of(platform: str, member: MemberKey) -> ColumnElement[bool]:
    return and_(opt_out.c.platform == platform, opt_out.c.member == member)
