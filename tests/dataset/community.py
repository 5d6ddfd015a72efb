"""Members who speak, agree to the terms or not, and tell the bot what they think."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import FeedbackKind, IncomingMessage, MemberKey
from bot.database.feedback_pages import ExportSelection
from bot.database.store import SqlStore
from bot.dataset.export import ExportRequest, export
from bot.dataset.writers import Format
from model.feedback import SPLITS, FeedbackRow, read_rows, split_path
from tests.core.fakes import BEN, make_feedback, message
from tests.database.rows import record

TERMS = "2026-1"


def everything() -> ExportSelection:
    """All that the default settings would let out now."""
    now = datetime.now(UTC)
    return ExportSelection(now - timedelta(days=365), now - timedelta(days=14))


def member(number: int) -> MemberKey:
    """The key of a made-up member."""
    return MemberKey(f"{number:032x}")


def spoken(number: int, author: MemberKey, platform: str = "console") -> IncomingMessage:
    """A message whose text may be kept."""
    given = message(f"so funny, number {number}", str(number))
    place = replace(given.ref, platform=platform)
    return replace(given, ref=place, author=author, may_store_text=True, language="en-GB")


async def say(
    store: SqlStore,
    number: int,
    author: MemberKey,
    *kinds: FeedbackKind,
    platform: str = "console",
    chosen: str = "😭",
) -> None:
    """Record an answered message of this author, and words on it: an agreement by default."""
    given = spoken(number, author, platform)
    await record(store, given)
    for kind in kinds or (FeedbackKind.AGREE,):
        emoji = chosen if kind is FeedbackKind.CORRECT else "😂"
        feedback = make_feedback(str(number), kind, emoji, actor=BEN)
        await store.feedback.add(replace(feedback, ref=given.ref))


async def exported(
    engine: AsyncEngine, folder: Path, selection: ExportSelection | None = None
) -> list[FeedbackRow]:
    """The rows of a fresh export as JSON Lines."""
    await export(engine, ExportRequest(selection or everything(), (Format.JSONL,)), folder)
    return rows_in(folder)


def rows_in(folder: Path) -> list[FeedbackRow]:
    """The rows of all splits of an export."""
    files = [split_path(folder, split) for split in SPLITS]
    return [row for file in files if file.exists() for row in read_rows(file)]
