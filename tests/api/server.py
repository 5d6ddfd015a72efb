"""The API with all that is behind it, served in the test's process on a thread."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr

from bot.app.serve import run_api
from bot.config.api_tokens import parse_api_tokens
from bot.config.credentials import Credentials
from bot.config.sections import ApiSettings, DatabaseSettings, ModelSettings
from bot.config.settings import Settings
from tests.e2e.operations import free_address
from tests.web.page_process import eventually

TOKENS = {
    "all": "all-scopes-0123456789",
    "predict": "only-predict-012345",
    "metrics": "only-metrics-012345",
    "other": "another-client-0123",
}
CONFIGURED = ",".join(
    (
        f"bot:predict+feedback+members+metrics:{TOKENS['all']}",
        f"bot:predict:{TOKENS['predict']}",
        f"prometheus:metrics:{TOKENS['metrics']}",
        f"other:predict+feedback:{TOKENS['other']}",
    )
)


@dataclass(frozen=True, slots=True)
class RunningApi:
    """The address of a server, and its database."""

    url: str
    database: Path

    def client(self, token: str | None = TOKENS["all"]) -> httpx.Client:
        """Return a client with a token."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=30)


def api_settings(folder: Path, source: str, **api: object) -> Settings:
    """Return settings with a database in a folder, and a free address."""
    return Settings(
        database=DatabaseSettings(url=f"sqlite+aiosqlite:///{folder / 'api.db'}"),
        model=ModelSettings(
            source=source or None, folder=str(folder / "artifacts"), timeout_seconds=30
        ),
        api=ApiSettings.model_validate({"listen": free_address(), **api}),
    )


@contextmanager
def running_api(
    settings: Settings,
    tokens: str = CONFIGURED,
    *,
    mcp: bool = False,
    model_token: str | None = None,
    secret: str | None = None,
) -> Iterator[RunningApi]:
    """Serve on a thread until the block ends."""
    credentials = Credentials(
        api_tokens=parse_api_tokens(tokens, "TOKENS"),
        model_token=None if model_token is None else SecretStr(model_token),
        hash_secret=None if secret is None else SecretStr(secret),
    )
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    serving = run_api(settings, credentials, mcp=mcp, stop=stop)
    thread = threading.Thread(target=_run, args=(loop, serving))
    thread.start()
    api = RunningApi(
        f"http://{settings.api.listen}", Path(settings.database.url.rpartition(":///")[2])
    )
    try:
        eventually(lambda: _answers(api, thread))
        yield api
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def _run(loop: asyncio.AbstractEventLoop, serving: object) -> None:
    asyncio.set_event_loop(loop)
    loop.run_until_complete(serving)  # type: ignore[arg-type]


def _answers(api: RunningApi, thread: threading.Thread) -> bool:
    assert thread.is_alive(), "the server ended"
    try:
        return httpx.get(f"{api.url}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
