"""Access to the API: callers, rates and sizes of requests."""

import socket
from pathlib import Path

import httpx
import pytest

from bot.api.clients import LOCAL_CLIENT, ClientRegistry
from bot.app.serve import PublicWithoutToken, check_exposure
from bot.config.api_tokens import parse_api_tokens
from tests.api.server import CONFIGURED, TOKENS, RunningApi, api_settings, running_api

TEXT = {"texts": ["so funny"]}
FEEDBACK = {"message": "1", "actor": "anna", "emoji": "😂"}


@pytest.mark.parametrize(
    ("token", "statuses"),
    [
        ("all", (200, 404, 200)),
        ("predict", (200, 403, 403)),
        ("metrics", (403, 403, 200)),
        (None, (401, 401, 401)),
        ("unknown", (401, 401, 401)),
    ],
)
def test_a_token_opens_what_its_scopes_name(
    api: RunningApi, token: str | None, statuses: tuple[int, ...]
) -> None:
    with api.client(TOKENS.get(token, "unknown") if token else None) as http:
        responses = [
            http.post("/v1/predict", json=TEXT),
            http.post("/v1/feedback", json=FEEDBACK),
            http.get("/metrics"),
        ]
        assert tuple(response.status_code for response in responses) == statuses
        assert [http.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]
        assert [http.head(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]
        unknown = http.get("/nowhere").status_code
        assert unknown == (404 if token in TOKENS else 401)
    for response in responses:
        if response.status_code == 401:
            assert response.headers["WWW-Authenticate"].startswith("Bearer ")
        if response.status_code >= 400:
            assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic YTpi", "bearer ", f"Basic {TOKENS['all']}"]
)
def test_only_a_bearer_token_counts(header: str) -> None:
    assert ClientRegistry(parse_api_tokens(CONFIGURED, "TOKENS")).identify(header) is None


def test_the_scheme_has_no_case_and_a_client_may_have_two_tokens() -> None:
    clients = ClientRegistry(parse_api_tokens(CONFIGURED, "TOKENS"))
    found = [clients.identify(f"bEaReR {TOKENS[name]}") for name in ("all", "predict")]
    assert [client.name for client in found if client] == ["bot", "bot"]


def test_only_this_machine_is_answered_without_a_token() -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        check_exposure(host, ())
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.org"):  # noqa: S104
        with pytest.raises(PublicWithoutToken, match="EMOJI_REACTOR_API_TOKENS"):
            check_exposure(host, ())
        check_exposure(host, parse_api_tokens(CONFIGURED, "TOKENS"))
    assert ClientRegistry(()).identify("") is LOCAL_CLIENT


def test_without_tokens_foreign_names_are_refused_and_rates_hold(
    tiny_artifact: Path, tmp_path: Path
) -> None:
    settings = api_settings(
        tmp_path,
        str(tiny_artifact),
        max_requests_per_minute=10,
        timeout_seconds=0.5,
        cors_origins=["https://example.org"],
    )
    with running_api(settings, "") as running, running.client(None) as http:
        rebound = http.get("/v1/emoji", headers={"Host": "evil.example.org"})
        assert rebound.status_code == 421
        with socket.create_connection(("127.0.0.1", httpx.URL(running.url).port or 0)) as slow:
            slow.sendall(
                b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{"
            )
            assert b" 408 " in slow.recv(1_000)
        preflight = http.options(
            "/v1/predict",
            headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"},
        )
        assert preflight.headers["Access-Control-Allow-Origin"] == "https://example.org"
        responses = [http.post("/v1/predict", json=TEXT) for _ in range(12)]
    assert {200, 429} == {response.status_code for response in responses}
    assert int(responses[-1].headers["Retry-After"]) in range(1, 7)


def test_other_sites_are_not_let_in(http: httpx.Client) -> None:
    origin = {"Origin": "https://example.org"}
    assert "Access-Control-Allow-Origin" not in http.get("/v1/emoji", headers=origin).headers
    form = http.post(
        "/v1/predict", content=b'{"texts": ["a"]}', headers={"Content-Type": "text/plain"}
    )
    assert form.status_code == 422


def test_a_long_body_is_refused_whether_it_says_so_or_not(http: httpx.Client) -> None:
    announced = http.post("/v1/predict", json={"texts": ["a" * 15_000] * 8})
    chunked = http.post(
        "/v1/predict",
        content=iter([b" " * 60_000] * 2),
        headers={"Content-Type": "application/json"},
    )
    assert announced.status_code == chunked.status_code == 413
    assert http.post("/v1/predict", json=TEXT).status_code == 200


def test_requests_are_counted_by_client(http: httpx.Client) -> None:
    http.post("/v1/predict", json=TEXT)
    metrics = http.get("/metrics").text
    counted = 'emoji_reactor_api_requests_total{client="bot",path="/v1/predict",status="200"}'
    assert counted in metrics
    assert TOKENS["all"] not in metrics
    assert "so funny" not in metrics


def test_readiness_names_what_was_checked(http: httpx.Client) -> None:
    checks = http.get("/readyz").json()["checks"]
    assert checks == {"database": "ok", "model": "ok"}
