"""Short evenings with faults; ``python -m benchmarks.evenings`` plays long ones."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.database.postgres import skip_or_fail
from tests.e2e.conftest import Launcher
from tests.e2e.evening import Evening, Report, Script, Surroundings
from tests.e2e.evening_faults import Fault, faults_of, postgres_faults, sqlite_faults
from tests.e2e.evening_wires import DiscordWire, TelegramWire
from tests.e2e.private_postgres import PrivatePostgres, find_binaries, private_postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
MESSAGES, BATCH_SIZE, FAULTS = 45, 15, 13
"""Each kind of fault once."""
PACE = {"reactions.max_per_minute": 100_000}


@pytest.fixture
async def postgres() -> AsyncIterator[PrivatePostgres]:
    binaries = find_binaries()
    if binaries is None:
        skip_or_fail("PostgreSQL's initdb is not installed")
    async with private_postgres(binaries) as server:
        yield server


def check(report: Report) -> None:
    """Check that nothing was lost, answered twice, counted twice or written anywhere."""
    assert list(report.faults.values()) == [1] * FAULTS
    assert report.answered >= MESSAGES // 2
    assert (report.unsettled, report.repeated, report.different) == (0, 0, 0)
    assert (report.missing, report.surplus) == (0, 0)
    assert (report.leaks, report.tracebacks) == ([], 0)


async def play(
    wire: TelegramWire | DiscordWire, around: Surroundings, faults: dict[str, Fault], text: str
) -> Report:
    script = Script([text], MESSAGES, FAULTS, batch_size=BATCH_SIZE)
    try:
        report = await Evening(around, faults_of(wire) | faults, script).play()
        assert not wire.server.refusals, "all of them happened"
        return report
    finally:
        await around.bot.kill()
        await wire.close()


async def test_telegram_beside_a_postgresql_that_is_stopped_under_load(
    launcher: Launcher, tmp_path: Path, postgres: PrivatePostgres
) -> None:
    wire = TelegramWire()
    await wire.start()
    bot = launcher(**{"database.url": postgres.url}, **wire.settings, **PACE)
    around = Surroundings(bot, wire, postgres.url, [tmp_path, postgres.folder])
    check(await play(wire, around, postgres_faults(postgres), "haha"))


async def test_discord_beside_a_database_file(launcher: Launcher, tmp_path: Path) -> None:
    wire = DiscordWire()
    await wire.start()
    bot = launcher(**wire.settings, **PACE)
    url = f"sqlite+aiosqlite:///{bot.database}"
    check(await play(wire, Surroundings(bot, wire, url, [tmp_path]), sqlite_faults(bot), "funny"))
