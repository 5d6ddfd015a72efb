"""The page as a public service: hosts, rates, token, headers, and many calls at once."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from gradio_client import Client

from bot.config.sections import WebSettings
from bot.http import head_timeout
from tests.web.fakes import FakeBackend
from tests.web.server import PageServer

pytestmark = pytest.mark.slow

TOKEN = "open-sesame-1234"
RUN = "/gradio_api/run/predict"
CALL = {"data": ["so funny", None]}


@pytest.fixture(scope="module")
def server() -> Iterator[PageServer]:
    settings = WebSettings(allowed_hosts=("emoji.example.org",), max_requests_per_minute=1_000_000)
    server = PageServer(FakeBackend(), settings)
    with server.running():
        yield server


@pytest.fixture(scope="module")
def private() -> Iterator[PageServer]:
    settings = WebSettings(max_requests_per_minute=60, frame_ancestors=("https://example.org",))
    server = PageServer(FakeBackend(), settings, TOKEN)
    with server.running():
        yield server


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7860", 200),
        ("[::1]:7860", 200),
        ("localhost", 200),
        ("Emoji.example.org", 200),
        ("evil.example.org", 400),
        ("localhost.evil.org", 400),
        ("[::1", 400),
        ("", 400),
    ],
)
def test_foreign_host_names_are_refused(server: PageServer, host: str, status: int) -> None:
    assert httpx.get(f"{server.url}/robots.txt", headers={"Host": host}).status_code == status


def test_no_site_may_embed_the_page_or_add_to_it(server: PageServer) -> None:
    for path in ("/", "/nowhere"):
        headers = httpx.get(f"{server.url}{path}").headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert policy.endswith("frame-ancestors 'none'")
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_named_sites_may_embed_it(private: PageServer) -> None:
    headers = httpx.get(private.url).headers
    assert headers["Content-Security-Policy"].endswith("frame-ancestors https://example.org")
    assert "X-Frame-Options" not in headers


def test_a_token_is_asked_for(private: PageServer) -> None:
    refused = httpx.get(private.url)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    for headers in ({"Authorization": "Basic !"}, {"Authorization": f"Bearer {TOKEN}x"}):
        assert httpx.get(private.url, headers=headers).status_code == 401
    assert httpx.get(private.url, auth=("anybody", TOKEN)).status_code == 200
    client = Client(private.url, verbose=False, headers={"Authorization": f"Bearer {TOKEN}"})
    assert client.predict("so funny", api_name="/predict")["model"] == "fake"


def test_a_client_beyond_its_rate_is_refused_and_another_is_not(private: PageServer) -> None:
    # One client for all: the rate refills while a new one loads its certificates.
    with httpx.Client(base_url=private.url, headers={"Authorization": f"Bearer {TOKEN}"}) as http:

        def get(client: str) -> int:
            return http.get("/robots.txt", headers={"X-Forwarded-For": client}).status_code

        statuses = Counter(get("192.0.2.1") for _ in range(75))
        assert statuses[200] >= 60
        assert statuses[429] >= 5
        assert get("192.0.2.2") == 200


def test_a_head_that_does_not_end_is_closed(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head_timeout, "HEAD_TIMEOUT_SECONDS", 1.0)
    with socket.create_connection(("127.0.0.1", server.port), timeout=9) as half:
        half.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert half.recv(100) == b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=9) as second:
        second.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b" 200 " in second.recv(10_000)
        second.sendall(b"GET / HTTP/1.1\r\nHost: ")
        while second.recv(10_000):  # closed within the timeout of the socket
            pass


async def test_a_thousand_calls_at_once_are_bounded_and_the_page_answers(
    server: PageServer,
) -> None:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:
        calls = [
            asyncio.create_task(client.post(f"{server.url}{path}", json=CALL))
            for _ in range(500)
            for path in (RUN, "/gradio_api/call/predict")
        ]
        await asyncio.sleep(0.2)
        started = time.monotonic()
        page = await client.get(server.url)
        waited = time.monotonic() - started
        statuses = Counter(response.status_code for response in await asyncio.gather(*calls))
    assert page.status_code == 200
    assert set(statuses) <= {200, 503}
    assert statuses[503] > 0
    assert waited < 20, (waited, statuses)
