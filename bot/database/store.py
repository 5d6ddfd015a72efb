"""The ``Store`` of the core on SQLite or PostgreSQL: short transactions, no message text."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.errors import StoreFailed
from bot.core.events import Feedback, IncomingMessage, MemberKey, MessageRef, Outcome
from bot.core.overrides import override, override_all
from bot.core.policy import ChatSettings
from bot.database.engine import reason
from bot.database.tables import chat_setting, community, consent, feedback, opt_out, prediction


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


class SqlStore:
    """Implements ``bot.core.ports.Store``; a database that fails raises ``StoreFailed``."""

    def __init__(self, engine: AsyncEngine, defaults: ChatSettings | None = None) -> None:
        """Use an open database; ``defaults`` hold where a community has not chosen."""
        self._reader = engine
        self._writer = engine.execution_options(immediate=True)
        self._defaults = defaults or ChatSettings()
        # The two dialects whose insert knows on_conflict_do_*, with the same arguments.
        on_sqlite = engine.dialect.name == "sqlite"
        self._insert = sqlite.insert if on_sqlite else postgresql.insert

    async def settings(self, ref: MessageRef) -> ChatSettings:
        """The defaults under the community's choices under the chat's."""
        query = (
            select(chat_setting.c.key, chat_setting.c.value)
            .join(community)
            .where(_is_community(ref), chat_setting.c.chat.in_(("", ref.chat)))
            .order_by(chat_setting.c.chat, chat_setting.c.id)
        )
        async with transaction(self._reader) as connection:
            rows = (await connection.execute(query)).all()
        return override_all(self._defaults, {row.key: row.value for row in rows})

    async def set_setting(
        self, ref: MessageRef, key: str, value: object, *, everywhere: bool = False
    ) -> None:
        """Keep a choice of the chat, or of the whole community with ``everywhere``.

        Raises:
            KeyError, ValueError: see ``bot.core.overrides.override``.
        """
        override(self._defaults, key, value)
        async with transaction(self._writer) as connection:
            row = {
                "community_id": await self._community(connection, ref),
                "chat": "" if everywhere else ref.chat,
                "key": key,
                "value": value,
                "updated_at": datetime.now(UTC),
            }
            await connection.execute(
                self._insert(chat_setting)
                .values(row)
                .on_conflict_do_update(
                    index_elements=["community_id", "chat", "key"],
                    set_={"value": row["value"], "updated_at": row["updated_at"]},
                )
            )

    async def opted_out(self, platform: str, member: MemberKey) -> bool:
        """Whether the member asked not to be answered or recorded."""
        query = select(opt_out.c.since).where(_is_member(platform, member))
        async with transaction(self._reader) as connection:
            return (await connection.execute(query)).first() is not None

    async def record(self, message: IncomingMessage, outcome: Outcome, version: str) -> None:
        """Write one row; a message that has one keeps it."""
        async with transaction(self._writer) as connection:
            row = {
                "community_id": await self._community(connection, message.ref),
                "chat": message.ref.chat,
                "message": message.ref.message,
                "author": message.author,
                "artifact": version,
                "top": [[p.emoji, round(p.score, 6)] for p in outcome.predictions],
                "chosen": list(outcome.chosen),
                "skip": outcome.skip,
                "refusal": outcome.refusal,
                "created_at": datetime.now(UTC),
            }
            await connection.execute(
                self._insert(prediction)
                .values(row)
                .on_conflict_do_nothing(index_elements=["community_id", "chat", "message"])
            )

    async def shown(self, ref: MessageRef) -> tuple[str, ...]:
        """The emojis that the bot showed on a message; empty where it has no row."""
        query = select(prediction.c.chosen).where(
            prediction.c.id == _prediction_id(ref).scalar_subquery()
        )
        async with transaction(self._reader) as connection:
            return tuple((await connection.execute(query)).scalar() or ())

    async def add_feedback(self, given: Feedback) -> bool:
        """Insert, refresh or withdraw; False where the message has no row."""
        async with transaction(self._writer) as connection:
            row_id = (await connection.execute(_prediction_id(given.ref))).scalar()
            if row_id is None:
                return False
            word = {
                "prediction_id": row_id,
                "actor": given.actor,
                "kind": given.kind.value,
                "emoji": given.emoji or "",
            }
            if given.withdrawn:
                same = and_(*(feedback.c[name] == value for name, value in word.items()))
                await connection.execute(delete(feedback).where(same))
                return True
            news = {"source": given.source.value, "given_at": given.at}
            await connection.execute(
                self._insert(feedback)
                .values({**word, **news})
                .on_conflict_do_update(index_elements=list(word), set_=news)
            )
            return True

    async def delete_message(self, ref: MessageRef) -> None:
        """Forget the message's prediction, and with it its feedback."""
        row_id = _prediction_id(ref).scalar_subquery()
        async with transaction(self._writer) as connection:
            await connection.execute(delete(prediction).where(prediction.c.id == row_id))

    async def forget(self, platform: str, member: MemberKey) -> int:
        """Erase the member's predictions, feedback and consents; the number of rows erased.

        An opt-out stays: without it the next message would be answered again.
        """
        here = (
            select(prediction.c.id)
            .join(community)
            .where(community.c.platform == platform)
            .correlate(None)
        )
        own = here.where(prediction.c.author == member)
        said = and_(feedback.c.actor == member, feedback.c.prediction_id.in_(here))
        consents = and_(consent.c.platform == platform, consent.c.member == member)
        erasures = (
            # What others said about the member's messages would go by cascade, uncounted.
            delete(feedback).where(or_(said, feedback.c.prediction_id.in_(own))),
            delete(prediction).where(prediction.c.id.in_(own)),
            delete(consent).where(consents),
        )
        async with transaction(self._writer) as connection:
            return sum([(await connection.execute(erasure)).rowcount for erasure in erasures])

    async def set_opted_out(self, platform: str, member: MemberKey, out: bool) -> None:
        """Record or revoke an opt-out; twice is once, and the first moment stands."""
        row = {"platform": platform, "member": member, "since": datetime.now(UTC)}
        async with transaction(self._writer) as connection:
            await connection.execute(
                self._insert(opt_out).values(row).on_conflict_do_nothing()
                if out
                else delete(opt_out).where(_is_member(platform, member))
            )

    async def purge(self, before: datetime) -> int:
        """Erase predictions older than ``before`` with their feedback; how many."""
        async with transaction(self._writer) as connection:
            old = delete(prediction).where(prediction.c.created_at < before)
            return (await connection.execute(old)).rowcount

    async def _community(self, connection: AsyncConnection, ref: MessageRef) -> int:
        query = select(community.c.id).where(_is_community(ref))
        known = (await connection.execute(query)).scalar()
        if known is not None:
            return int(known)
        await connection.execute(
            self._insert(community)
            .values(platform=ref.platform, external_id=ref.community, created_at=datetime.now(UTC))
            .on_conflict_do_nothing()
        )
        return int((await connection.execute(query)).scalar_one())


def _is_community(ref: MessageRef) -> ColumnElement[bool]:
    return and_(community.c.platform == ref.platform, community.c.external_id == ref.community)


def _is_member(platform: str, member: MemberKey) -> ColumnElement[bool]:
    return and_(opt_out.c.platform == platform, opt_out.c.member == member)


def _prediction_id(ref: MessageRef) -> Select[tuple[int]]:
    return (
        select(prediction.c.id)
        .join(community)
        .where(
            _is_community(ref),
            prediction.c.chat == ref.chat,
            prediction.c.message == ref.message,
        )
    )
