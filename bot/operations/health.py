"""Readiness of a running bot: platforms, database, model."""

import asyncio
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.adapters.components import Components
from bot.config.settings import Settings
from bot.core.errors import Overloaded, StoreFailed
from bot.database.engine import sqlite_path
from bot.database.transaction import transaction
from bot.log import describe

TIMEOUT_SECONDS = 5.0
"""Time within which the database and the model have to answer."""
_REVISION = text("select version_num from alembic_version")
OK = "ok"


@dataclass(frozen=True, slots=True)
class Readiness:
    """The results of all checks, ``ok`` or a fault, and the versions in use."""

    checks: Mapping[str, str]
    versions: Mapping[str, str]

    @property
    def ready(self) -> bool:
        """True if all is well."""
        return all(result == OK for result in self.checks.values())

    @property
    def status(self) -> int:
        """The HTTP status that says the same."""
        return 200 if self.ready else 503

    def to_json(self) -> str:
        """Return one line of JSON."""
        return json.dumps({"ready": self.ready, **asdict(self)}) + "\n"


STARTING = Readiness({"start": "not finished"}, {})


class DatabaseCheck:
    """Reads from the database; an SQLite file must also still be the one that was opened."""

    def __init__(self, engine: AsyncEngine, file: Path | None) -> None:
        """``file`` is that of an SQLite database, which exists."""
        self._engine = engine
        self._file = file
        self._identity = _identity(file)
        self.revision = ""

    async def fault(self) -> str | None:
        """Return why the database cannot be used; None if it can."""
        if self._file is not None and _identity(self._file) != self._identity:
            # SQLite would go on with the file that no longer has a name.
            return "the database's file was removed or replaced; restore it or restart the bot"
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS), transaction(self._engine) as connection:
                self.revision = str((await connection.execute(_REVISION)).scalar())
        except TimeoutError:
            return f"no answer in {TIMEOUT_SECONDS:.0f} s"
        except StoreFailed as error:
            return str(error)
        except Exception as error:
            return describe(error)
        return None


class Health:
    """The checks of a running bot."""

    def __init__(
        self,
        components: Components,
        platforms: Sequence[str],
        settings: Settings,
        program_version: str,
    ) -> None:
        """Require each of the platforms to be connected."""
        self._components = components
        self._platforms = platforms
        self._max_silence_seconds = settings.operations.max_silence_seconds
        self._database = DatabaseCheck(components.engine, sqlite_path(settings.database.url))
        self._program_version = program_version

    async def check(self) -> Readiness:
        """Run all checks; each takes a few seconds at most."""
        database, model = await asyncio.gather(self._database.fault(), self._model_fault())
        faults: dict[str, str | None] = {
            name: self._components.connections[name].fault(self._max_silence_seconds)
            for name in self._platforms
        }
        faults |= {"database": database, "model": model}
        versions = {
            "program": self._program_version,
            "artifact": self._components.predictor.version,
            "database": self._database.revision,
            "python": platform.python_version(),
        }
        return Readiness({name: fault or OK for name, fault in faults.items()}, versions)

    async def _model_fault(self) -> str | None:
        """Return why the model does not predict; None if it does. A full queue is no fault."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._components.predictor.predict("is all well?")
        except TimeoutError:
            return f"no prediction in {TIMEOUT_SECONDS:.0f} s"
        except Overloaded:
            return None
        except Exception as error:
            return describe(error)
        return None


def _identity(file: Path | None) -> tuple[int, int] | None:
    if file is None:
        return None
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
