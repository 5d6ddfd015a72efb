"""The page's door, on real connections."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from demo.page import gate
from demo.page.events import MAX_BODY_BYTES
from demo.page.interface import PredictionResult, VisitorId
from tests.web.fakes import FakeBackend
from tests.web.server import PageServer

pytestmark = pytest.mark.slow

SECRET = "my neighbour Ann"
RUN = "/gradio_api/run/predict"


class FailingBackend(FakeBackend):
    """Backend with a mistake, whose error quotes the text."""

    async def predict(
        self, visitor: VisitorId, text: str, candidates: frozenset[str] | None
    ) -> PredictionResult:
        if text == SECRET:
            raise RuntimeError(text)
        return await super().predict(visitor, text, candidates)


@pytest.fixture(scope="module")
def server() -> Iterator[PageServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate.RequestGate.__init__, "__defaults__", (1.0,))
        server = PageServer(FailingBackend())
        with server.running():
            yield server


def send(server: PageServer, data: object, path: str = RUN) -> httpx.Response:
    return httpx.post(f"{server.url}{path}", json=data, timeout=20)


def test_a_call_gets_its_predictions(server: PageServer) -> None:
    response = send(server, {"data": ["so funny", None]}).raise_for_status().json()
    assert response["data"][0]["predictions"][0]["emoji"] == "😂"


@pytest.mark.parametrize("path", [RUN, "/gradio_api/queue/join", "/gradio_api/call/predict"])
def test_a_malformed_call_is_refused_and_quoted_nowhere(
    server: PageServer,
    path: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    for data in ([], [SECRET, 1], [SECRET, None, None], [{"text": SECRET}], SECRET):
        response = send(server, {"data": data}, path)
        assert response.status_code == 422
        assert SECRET not in response.text
    written = "".join(capfd.readouterr()) + caplog.text
    assert SECRET not in written
    assert "Traceback" not in written


def test_a_failing_function_is_one_line_without_the_text(
    server: PageServer, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    response = send(server, {"data": [SECRET, None]})
    assert response.status_code == 500
    [record] = [r for r in caplog.records if r.name.startswith("demo")]
    assert "a function of the page failed: RuntimeError at test_gate.py" in record.message
    assert record.exc_info is None
    written = "".join(capfd.readouterr()) + caplog.text + response.text
    assert SECRET not in written
    assert "Traceback" not in written


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/openapi.json"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/proxy=http://127.0.0.1:1/"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/monitoring/summary"),
        ("GET", "/gradio_api/vibe-code"),
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/run/erase"),
        ("POST", "/"),
        ("PUT", RUN),
    ],
)
def test_only_what_the_page_needs_is_served(server: PageServer, method: str, path: str) -> None:
    assert httpx.request(method, f"{server.url}{path}").status_code == 404


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_body_is_not_read(server: PageServer, chunked: bool) -> None:
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {60 << 20}"
    chunk = b"x" * (1 << 16)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(f"POST {RUN} HTTP/1.1\r\nHost: localhost\r\n{length}\r\n\r\n".encode())
        sent = 0
        try:
            while sent < 60 << 20:
                connection.sendall(b"10000\r\n" + chunk + b"\r\n" if chunked else chunk)
                sent += len(chunk)
        except (ConnectionError, TimeoutError):
            pass
        assert sent < 16 << 20  # what fits into the buffers of the connection
    assert MAX_BODY_BYTES < 1 << 17


def test_half_sent_requests_block_nobody(server: PageServer) -> None:
    head = f"POST {RUN} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90\r\n\r\n{{"
    halves = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    try:
        for half in halves:
            half.sendall(head.encode())
        response = send(server, {"data": ["so funny", None]}).raise_for_status()
        assert response.elapsed.total_seconds() < 5
        halves[0].settimeout(20)
        assert b" 408 " in halves[0].recv(1000)
    finally:
        for half in halves:
            half.close()
