"""Export of a million rows of feedback: time and peak memory.

``python -m benchmarks.export [ROWS]`` prints one line for each format; all
files are temporary.
"""

import asyncio
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.command_line import run_benchmark
from bot.database.engine import open_database
from bot.database.feedback_pages import ExportSelection
from bot.dataset.export import ExportRequest, export
from bot.dataset.writers import Format

ROWS = 1_000_000
MAX_MEMORY_MEGABYTES = 300

_NUMBERS = "with recursive n(i) as (select 1 union all select i + 1 from n where i < {rows})"
_FILL = f"""
insert into community (id, platform, external_id, created_at)
  values (1, 'discord', '1', '2026-01-01'), (2, 'telegram', '2', '2026-01-01');
insert into consent (platform, member, version, granted_at)
  {_NUMBERS.replace("{rows}", "1000")}
  select 'discord', printf('%032x', i), '2026-1', '2026-01-01' from n where i % 2 = 0;
insert into prediction
  (id, community_id, chat, message, author, artifact_version, predictions, model_scores, shown,
   language, text, consent, created_at)
  {_NUMBERS}
  select i, 1 + i % 2, 'c', 'm' || i, printf('%032x', i % 1000), 'made-up-1',
    '[["😂", 0.41], ["🤣", 0.22], ["😭", 0.11], ["💀", 0.05], ["🔥", 0.01]]',
    '[0.41, 0.22, 0.11, 0.05, 0.01]', '["😂"]', 'en',
    'a made-up message of some length, number ' || i, '2026-1', '{{now}}' from n;
insert into feedback (prediction_id, actor, kind, emoji, source, given_at)
  {_NUMBERS} select i, 'a', 'agree', '😂', 'reaction', '{{now}}' from n;
insert into feedback (prediction_id, actor, kind, emoji, source, given_at)
  {_NUMBERS} select i, 'b', 'correct', '💀', 'reaction', '{{now}}' from n where i % 3 = 0;
"""  # noqa: S608 - constant statements


def fill(file: Path, rows: int) -> None:
    """Create the database with bulk statements."""
    asyncio.run(_create(file))
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(_FILL.format(rows=rows, now=datetime.now(UTC).isoformat(" ")))
        connection.commit()


async def _create(file: Path) -> None:
    await (await open_database(f"sqlite+aiosqlite:///{file}")).dispose()


async def measure(file: Path, format_: Format) -> str:
    """Export once in this process; return a line of the table."""
    engine = await open_database(f"sqlite+aiosqlite:///{file}")
    now = datetime.now(UTC)
    selection = ExportSelection(now - timedelta(days=365), now - timedelta(days=14))
    wall_start, cpu_start = time.perf_counter(), time.process_time()
    try:
        summary = await export(engine, ExportRequest(selection, (format_,)), file.parent / "out")
    finally:
        await engine.dispose()
    wall, cpu = time.perf_counter() - wall_start, time.process_time() - cpu_start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    assert peak < MAX_MEMORY_MEGABYTES, f"{peak} MB is more than {MAX_MEMORY_MEGABYTES}"
    rows = summary.rows.total()
    return f"{format_:8} {rows:>9,} {summary.texts:>9,} {wall:>7.1f} {cpu:>7.1f} {peak:>6}"


def main(
    rows: Annotated[int, typer.Argument(min=1, help="Rows of feedback.")] = ROWS,
    of: Annotated[tuple[Path, Format] | None, typer.Option(hidden=True)] = None,
) -> None:
    """Fill once, then export in one process for each format, to measure memory by process."""
    if of is not None:
        print(asyncio.run(measure(*of)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bot.db"
        fill(file, rows)
        print("format        rows     texts  wall s   cpu s     MB", flush=True)
        for format_ in Format:
            command = [sys.executable, "-m", "benchmarks.export", "--of", str(file), format_]
            subprocess.run(command, check=True)  # noqa: S603 - this program


if __name__ == "__main__":
    run_benchmark(main)
