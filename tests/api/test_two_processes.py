"""Two servers on one PostgreSQL answer like one."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from bot.config.sections import DatabaseSettings
from tests.api.server import api_settings, running_api
from tests.api.test_feedback import tell
from tests.api.test_predict import predict
from tests.database.postgres import temporary_database
from tests.web.page_process import eventually

SECRET = "one-secret-for-both-0123456789abcdef"


@pytest.fixture
def clients(tiny_artifact: Path, tmp_path: Path) -> Iterator[list[httpx.Client]]:
    """A client of each."""
    with ExitStack() as stack:
        database = DatabaseSettings(url=stack.enter_context(temporary_database("api")))
        servers = []
        for _ in range(2):
            settings = api_settings(tmp_path, str(tiny_artifact))
            settings = settings.model_copy(update={"database": database})
            servers.append(stack.enter_context(running_api(settings, secret=SECRET)))
        yield [stack.enter_context(server.client()) for server in servers]


def test_what_one_records_the_other_reads(clients: list[httpx.Client]) -> None:
    one, other = clients
    answer = predict(one, "so funny", messages=["1"])
    tell(one, "1", emoji="😂")
    assert predict(other, "so funny", messages=["1"])["emojis"] == answer["emojis"] == ["😂"]
    assert tell(other, "1", emoji="😂").json() == {"result": "recorded"}
    request = {"member": "anna", "request": "export"}
    told = other.post("/v1/member-requests", json=request).json()["data"]["feedback"]
    assert [each["emoji"] for each in told] == ["😂"]


def test_the_preferences_of_one_reach_the_other(clients: list[httpx.Client]) -> None:
    one, other = clients

    def score(http: httpx.Client) -> float:
        predictions = predict(http, "thanks love fire")["predictions"]
        assert isinstance(predictions, list)
        return float(next(p["score"] for p in predictions if p["emoji"] == "🔥"))

    before = score(one)
    for number in range(8):
        predict(other, "thanks love", messages=[f"{number}"], author=f"a{number}")
        message = {"message": f"{number}", "actor": f"m{number}", "emoji": "🔥"}
        assert other.post("/v1/feedback", json=message).json() == {"result": "recorded"}
    assert score(other) > before
    eventually(lambda: score(one) == score(other))
