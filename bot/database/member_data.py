"""The data of one member, for the member."""

from datetime import UTC, datetime

from sqlalchemy import Select, Table, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import MemberKey
from bot.core.preferences.transfer import dump_counts
from bot.database.member_lists import lists_with
from bot.database.preferences.personal import member_counts
from bot.database.preferences.votes import daily_voter_hash
from bot.database.queries import is_personal_consent
from bot.database.tables import (
    community,
    consent,
    daily_unprompted,
    daily_vote,
    feedback,
    opt_out,
    personal_consent,
    prediction,
    related_event,
)

_OUTCOME_COLUMNS = (
    community.c.external_id.label("community"),
    prediction.c.chat,
    prediction.c.message,
    prediction.c.created_at.label("at"),
    prediction.c.predictions,
    prediction.c.shown,
    prediction.c.rule,
    prediction.c.skip_reason,
    prediction.c.language,
    prediction.c.text,
    prediction.c.consent,
    prediction.c.artifact_version,
)
_FEEDBACK_COLUMNS = (
    community.c.external_id.label("community"),
    prediction.c.chat,
    prediction.c.message,
    feedback.c.kind,
    feedback.c.emoji,
    feedback.c.source,
    feedback.c.also_burst,
    feedback.c.given_at.label("at"),
)
_REACTION_COLUMNS = (
    community.c.external_id.label("community"),
    prediction.c.chat,
    prediction.c.message,
    related_event.c.event,
    related_event.c.emoji,
)


async def member_data(
    connection: AsyncConnection, platform: str, member: MemberKey
) -> dict[str, object]:
    """Return everything stored about a member, as JSON values; times in ISO 8601."""
    here = community.c.platform == platform
    messages = select(*_OUTCOME_COLUMNS).join_from(prediction, community)
    reactions = select(*_REACTION_COLUMNS).join_from(related_event, prediction).join(community)
    given = select(*_FEEDBACK_COLUMNS).join_from(feedback, prediction).join(community)
    consents = select(consent.c.version, consent.c.granted_at, consent.c.revoked_at).where(
        consent.c.platform == platform, consent.c.member == member
    )
    opted_out = select(opt_out.c.since).where(
        opt_out.c.platform == platform, opt_out.c.member == member
    )
    since = (await connection.execute(opted_out)).scalar()
    return {
        "platform": platform,
        "member": member,
        "opted_out_since": _json_value(since),
        "consents": await _rows(connection, consents),
        "messages": await _rows(
            connection, messages.where(and_(here, prediction.c.author == member))
        ),
        "feedback": await _rows(connection, given.where(and_(here, feedback.c.actor == member))),
        "personal_preferences": await _personal(connection, platform, member),
        "reactions": await _rows(
            connection, reactions.where(and_(here, related_event.c.member == member))
        ),
        "lists": await lists_with(connection, platform, member),
        "votes_today": await _today(connection, platform, member, daily_vote),
        "unprompted_today": await _today(connection, platform, member, daily_unprompted),
    }


async def _personal(
    connection: AsyncConnection, platform: str, member: MemberKey
) -> dict[str, object] | None:
    """Return the consent to own preferences, and the counts of each community; None without it."""
    consented = select(personal_consent.c.granted_at).where(is_personal_consent(platform, member))
    agreed_at = (await connection.execute(consented)).scalar()
    if agreed_at is None:
        return None
    voted = feedback.c.actor == member
    own = select(prediction.c.community_id).where(prediction.c.author == member)
    given = select(prediction.c.community_id).join_from(feedback, prediction).where(voted)
    communities = select(community.c.id, community.c.external_id).where(
        community.c.platform == platform, or_(community.c.id.in_(own), community.c.id.in_(given))
    )
    now, counts = datetime.now(UTC), {}
    for row in (await connection.execute(communities)).all():
        found = await member_counts(connection, row.id, member, now)
        counts[row.external_id] = dump_counts(found, now)
    return {"agreed_at": _json_value(agreed_at), "counts": counts}


async def _today(
    connection: AsyncConnection, platform: str, member: MemberKey, daily: Table
) -> list[dict[str, object]]:
    """Return the member's rows of a table that is cleared every day."""
    query = select(community.c.external_id, daily).join_from(daily, community)
    found = await connection.execute(query.where(community.c.platform == platform))
    names = [column.name for column in daily.c if column.name in ("emoji", "votes")]
    return [
        {"community": row.external_id, **{name: getattr(row, name) for name in names}}
        for row in found
        if row.member == daily_voter_hash(row.day, row.community_id, member)
    ]


async def _rows(
    connection: AsyncConnection, query: Select[tuple[object, ...]]
) -> list[dict[str, object]]:
    found = (await connection.execute(query)).mappings()
    return [{name: _json_value(value) for name, value in row.items()} for row in found]


def _json_value(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
