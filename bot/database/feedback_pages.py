"""Feedback with its messages, page by page, as far as it may leave the database.

Rows and texts past their retention are left out before they are erased; so are the texts of
members who revoked their consent, the rows of those who opted out, and what rules showed, which
was not the model's choice.
"""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.events import MemberKey
from bot.database.tables import community, consent, feedback, opt_out, prediction
from bot.database.transaction import transaction
from bot.database.validity import is_valid_feedback, is_valid_outcome

logger = logging.getLogger(__name__)

PAGE_SIZE = 2000
"""Rows in memory at once."""


@dataclass(frozen=True, slots=True)
class ExportSelection:
    """The feedback to read."""

    rows_since: datetime
    """Time of the first message."""
    texts_since: datetime
    """Time of the first message whose text is read."""
    platform: str | None = None
    community: str | None = None
    """The platform's id."""


@dataclass(frozen=True, slots=True)
class FeedbackCount:
    """Feedback on a message, and the number of actors who gave it."""

    kind: str
    emoji: str | None
    source: str
    also_burst: bool
    actor_count: int


@dataclass(frozen=True, slots=True)
class MessageWithFeedback:
    """A message with feedback, under the keys of the database."""

    id: int
    platform: str
    community: int
    author: MemberKey
    text: str | None = field(repr=False)
    consent: str | None
    language: str | None
    artifact_version: str
    recorded_at: datetime
    predictions: Sequence[tuple[str, float]]
    shown: Sequence[str]
    feedback: Sequence[FeedbackCount]


async def feedback_pages(
    engine: AsyncEngine, selection: ExportSelection, size: int = PAGE_SIZE
) -> AsyncIterator[list[MessageWithFeedback]]:
    """Yield the selection in order, each page in its own transaction so that writers never wait.

    Raises:
        StoreFailed: the database cannot be read.
    """
    last, left_out = 0, 0
    while True:
        async with transaction(engine) as connection:
            ids = await _ids(connection, selection, last, size)
            rows = await _readable(connection, _messages(selection).where(prediction.c.id.in_(ids)))
            feedback_of = await _feedback(connection, [row.id for row in rows])
        if not ids:
            break
        last = ids[-1]
        page = [_message(row, feedback_of[row.id]) for row in rows if row.id in feedback_of]
        left_out += len(ids) - len(page)
        yield page
    if left_out:
        logger.warning(
            "left out %d messages whose rows are bad; emoji-reactor db check finds them",
            left_out,
        )


async def count_messages_with_feedback(engine: AsyncEngine, selection: ExportSelection) -> int:
    """Return the number of messages in the selection.

    Raises:
        StoreFailed: the database cannot be read.
    """
    rows = _messages(selection).with_only_columns(prediction.c.id).subquery()
    async with transaction(engine) as connection:
        return (await connection.execute(select(func.count()).select_from(rows))).scalar_one()


def _messages(selection: ExportSelection) -> Select[tuple[object, ...]]:
    member = and_(
        consent.c.platform == community.c.platform, consent.c.member == prediction.c.author
    )
    is_consented = and_(
        prediction.c.created_at >= selection.texts_since,
        prediction.c.consent.is_not(None),
        exists().where(member, consent.c.revoked_at.is_(None)),
    )
    query = select(
        prediction,
        community.c.platform,
        case((is_consented, prediction.c.text)).label("given_text"),
    ).join_from(prediction, community)
    return query.where(*_conditions(selection))


def _conditions(selection: ExportSelection) -> list[ColumnElement[bool]]:
    opted_out = and_(
        opt_out.c.platform == community.c.platform, opt_out.c.member == prediction.c.author
    )
    conditions: list[ColumnElement[bool]] = [
        prediction.c.created_at >= selection.rows_since,
        exists().where(feedback.c.prediction_id == prediction.c.id),
        prediction.c.rule.is_(None),
        ~exists().where(opted_out),
    ]
    if selection.platform is not None:
        conditions.append(community.c.platform == selection.platform)
    if selection.community is not None:
        conditions.append(community.c.external_id == selection.community)
    return conditions


async def _ids(
    connection: AsyncConnection, selection: ExportSelection, last: int, size: int
) -> Sequence[int]:
    query = _messages(selection).with_only_columns(prediction.c.id).where(prediction.c.id > last)
    return (await connection.execute(query.order_by(prediction.c.id).limit(size))).scalars().all()


async def _readable(
    connection: AsyncConnection, query: Select[tuple[object, ...]]
) -> list[Row[tuple[object, ...]]]:
    """Return the rows in order, without those that hold something else than outcomes."""
    query = query.order_by(prediction.c.id)
    try:
        rows = list((await connection.execute(query)).all())
    except ValueError:  # JSON or a time that cannot be parsed, in a row that is not named
        rows = [row async for row in _one_by_one(connection, query)]
    return [row for row in rows if is_valid_outcome(row.predictions, row.model_scores, row.shown)]


async def _one_by_one(
    connection: AsyncConnection, query: Select[tuple[object, ...]]
) -> AsyncIterator[Row[tuple[object, ...]]]:
    ids = (await connection.execute(query.with_only_columns(prediction.c.id))).scalars().all()
    for row_id in ids:
        with suppress(ValueError):
            for row in (await connection.execute(query.where(prediction.c.id == row_id))).all():
                yield row


async def _feedback(
    connection: AsyncConnection, ids: Sequence[int]
) -> dict[int, list[FeedbackCount]]:
    row = feedback.c
    key = (row.prediction_id, row.kind, row.emoji, row.source, row.also_burst)
    query = (select(*key, func.count()).where(row.prediction_id.in_(ids)).group_by(*key)).order_by(
        *key
    )
    found: defaultdict[int, list[FeedbackCount]] = defaultdict(list)
    for message, kind, emoji, *given in await connection.execute(query):
        if is_valid_feedback(kind, emoji, given[0]):
            found[message].append(FeedbackCount(kind, emoji or None, *given))
    return found


def _message(row: Row[tuple[object, ...]], given: Sequence[FeedbackCount]) -> MessageWithFeedback:
    text = row.given_text
    return MessageWithFeedback(
        id=row.id,
        platform=row.platform,
        community=row.community_id,
        author=MemberKey(row.author),
        text=text,
        consent=None if text is None else row.consent,
        language=row.language,
        artifact_version=row.artifact_version,
        recorded_at=row.created_at,
        predictions=[(emoji, score) for emoji, score in row.predictions],
        shown=row.shown,
        feedback=given,
    )
