"""``emoji-reactor push dataset`` to a Hub on loopback."""

import yaml

from bot.database.engine import open_database
from bot.database.store import SqlStore
from tests.cli.push.conftest import NAME, Push
from tests.cli.push.stored import hub_files, record_messages
from tests.cli.stored_rows import DATABASE
from tests.dataset.community import TERMS, member
from tests.hub_server import MAIN, HubServer


async def test_a_pushed_dataset_has_no_erased_rows_and_no_history(
    push: Push, hub: HubServer
) -> None:
    await record_messages(member(0), member(1))
    command = ("push", "dataset", "--repo", NAME, "--no-dry-run", "--format", "jsonl")
    result = await push(*command, "--tag", "2026-01")
    assert result.status == 0, result.err
    assert f"2 rows, 2 with text; terms agreed to: {TERMS}" in result.out
    key = f"datasets/{NAME}"
    assert list(hub.repositories[key].tags) == ["2026-01"]
    first = hub_files(hub, key)
    engine = await open_database(f"sqlite+aiosqlite:///{DATABASE}")
    await SqlStore(engine).members.erase("console", member(0))
    await engine.dispose()
    result = await push(*command, "--tag", "2026-02")
    assert result.status == 0, result.err
    second = hub_files(hub, key)
    texts = b"".join(content for name, content in second.items() if name.endswith(".jsonl"))
    assert b"number 1" in texts
    assert b"number 0" not in texts
    assert any(b"number 0" in content for content in first.values())
    # A tag keeps the rows of its time.
    assert hub.repositories[key].tags == {"2026-02": hub.repositories[key].revisions[MAIN]}
    assert hub.repositories[key].history == [hub.repositories[key].revisions[MAIN]]
    head = yaml.safe_load(second["README.md"].decode().split("---\n")[1])
    assert {f["path"] for f in head["configs"][0]["data_files"]} <= set(second)
