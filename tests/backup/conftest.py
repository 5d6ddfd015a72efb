"""The command line as a process of its own, on databases of both kinds."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, CommandLine, CommandResult
from tests.cli.conftest import cli as cli
from tests.cli.conftest import environment as environment
from tests.database.postgres import temporary_database
from tests.fork_server import Request
from tests.forked import ForkServer

SECRET = "0123456789abcdef-a-pseudonym-secret"
NEW_REVISION = "9001_test"
MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("novelty", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("novelty")
"""

Program = Callable[..., CommandResult]


@pytest.fixture
def program(environment: Mapping[str, str], tmp_path: Path, fork_server: ForkServer) -> Program:
    """Run ``emoji-reactor`` in the test's folder, with further environment variables."""

    def run(*arguments: str, **variables: str) -> CommandResult:
        given = {**environment, **variables}
        ended = fork_server.call(Request("bot", arguments, str(tmp_path), given))
        assert "Traceback" not in ended.stderr
        return CommandResult(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture
def in_process(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Do the same inside the test's process, which is faster."""

    def run(*arguments: str, **variables: str) -> CommandResult:
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            return cli(*arguments)

    return run


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The default database, not yet created."""
    return tmp_path / "emoji-reactor.db"


@pytest.fixture
def secret_file(database: Path) -> Path:
    """The secret beside it."""
    file = database.with_name(database.name + ".secret")
    file.write_text(SECRET)
    file.chmod(0o600)
    return file


@pytest.fixture
def postgres_variables() -> Iterator[Mapping[str, str]]:
    """Variables that name an empty PostgreSQL database and a secret."""
    with temporary_database("backup") as url:
        yield {"EMOJI_REACTOR__DATABASE__URL": url, "EMOJI_REACTOR_SECRET": SECRET}


@pytest.fixture
def newer(tmp_path: Path) -> Mapping[str, str]:
    """Variables under which the program is a later release, with one more migration."""
    from bot.database.engine import head_revision

    folder = tmp_path / "newer" / "migrations"
    shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    migration = MIGRATION.format(revision=NEW_REVISION, head=head_revision())
    (folder / "versions" / f"{NEW_REVISION}.py").write_text(migration)
    return {"PYTHONPATH": f"{folder.parent}{os.pathsep}{ROOT}"}


def only_backup(folder: Path, reason: str = "manual") -> Path:
    """Return the one backup of a reason."""
    [path] = folder.glob(f"emoji-reactor-*-{reason}.zip")
    return path
