"""The rules of communities."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import MessageRef
from bot.core.rules.rule import Rule
from bot.database.queries import find_or_create_community, is_community
from bot.database.tables import community, rule
from bot.database.transaction import Database


class SqlRuleStore:
    """The rules of communities; each change makes their version grow."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def rules(self, ref: MessageRef) -> list[Rule]:
        """Return the rules in the order of their numbers."""
        async with self._database.read() as connection:
            return [_rule(row) for row in await connection.execute(_rules_of(ref))]

    async def add(self, ref: MessageRef, new: Rule) -> Rule:
        """Append a rule, and return it with its number."""
        async with self._database.write() as connection:
            community_id = await self._change(connection, ref)
            latest = select(func.max(rule.c.number)).where(rule.c.community_id == community_id)
            number = ((await connection.execute(latest)).scalar() or 0) + 1
            await connection.execute(insert(rule).values(_row(community_id, number, new)))
            return replace(new, number=number)

    async def remove(self, ref: MessageRef, number: int) -> bool:
        """Remove the rule with this number; return False if there is none."""
        async with self._database.write() as connection:
            community_id = await self._change(connection, ref)
            found = await connection.execute(
                delete(rule).where(rule.c.community_id == community_id, rule.c.number == number)
            )
            return found.rowcount > 0

    async def replace(self, ref: MessageRef, rules: Sequence[Rule]) -> None:
        """Put these rules, numbered from 1, in the place of those that there are."""
        async with self._database.write() as connection:
            community_id = await self._change(connection, ref)
            await connection.execute(delete(rule).where(rule.c.community_id == community_id))
            if rules:
                rows = [_row(community_id, n, each) for n, each in enumerate(rules, start=1)]
                await connection.execute(insert(rule), rows)

    async def move(self, old: MessageRef, new: MessageRef) -> None:
        """Copy the rules to a community's new id, unless it has some there already."""
        if not await self.rules(new) and (rules := await self.rules(old)):
            await self.replace(new, rules)

    async def _change(self, connection: AsyncConnection, ref: MessageRef) -> int:
        """Return the id of the community, whose row stays locked, with its next version."""
        community_id = await find_or_create_community(self._database, connection, ref)
        await connection.execute(
            update(community)
            .where(community.c.id == community_id)
            .values(rules_version=community.c.rules_version + 1)
        )
        return community_id


def _rules_of(ref: MessageRef) -> Select[Any]:
    return select(rule).join(community).where(is_community(ref)).order_by(rule.c.number)


def _row(community_id: int, number: int, given: Rule) -> dict[str, Any]:
    return {
        "community_id": community_id,
        "number": number,
        "pattern": given.pattern,
        "emojis": list(given.emojis),
        "chance": given.chance,
        "chats": sorted(given.chats),
        "roles": sorted(given.roles),
        "created_at": datetime.now(UTC),
    }


def _rule(row: Row[Any]) -> Rule:
    chats, roles = frozenset(row.chats), frozenset(row.roles)
    return Rule(row.pattern, tuple(row.emojis), row.chance, chats, roles, row.number)
