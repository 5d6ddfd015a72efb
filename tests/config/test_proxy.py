"""The proxy by setting and environment."""

import os

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.proxy import UnusableProxy, prepare_environment, proxy_for

URL = "https://api.telegram.org"
PROXY = "http://user:pass@proxy.example:3128"
SOCKS = "socks5://user:zanzibar@localhost:1080"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("environment", "configured", "expected"),
    [
        ({}, None, None),
        ({}, PROXY, PROXY),
        ({"HTTPS_PROXY": PROXY}, None, PROXY),
        ({"https_proxy": "proxy.example:3128"}, None, "http://proxy.example:3128"),
        ({"ALL_PROXY": PROXY}, None, PROXY),
        ({"HTTP_PROXY": PROXY}, None, None),
        ({"HTTPS_PROXY": "http://other.example"}, PROXY, PROXY),
        ({"ALL_PROXY": SOCKS, "NO_PROXY": "*"}, None, None),
        ({"ALL_PROXY": SOCKS}, PROXY, PROXY),
        ({"ALL_PROXY": SOCKS, "HTTPS_PROXY": PROXY}, None, PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "localhost,telegram.org"}, None, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8,fe80::/10,[::1"}, None, PROXY),
    ],
)
def test_the_proxy_of_an_address(
    environment: dict[str, str],
    configured: str | None,
    expected: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(URL, configured) == expected
    assert proxy_for("wss://gateway.telegram.org", configured) == expected


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "[::1]", "localhost"])
def test_a_proxy_of_the_environment_is_not_for_this_machine(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("ALL_PROXY", SOCKS)
    assert proxy_for(f"http://{host}:8000/v1/predict", None) is None
    assert proxy_for(f"http://{host}:8000/v1/predict", PROXY) == PROXY


@pytest.mark.parametrize("proxy", [SOCKS, "http://proxy:99999"])
def test_a_proxy_of_another_kind_is_refused_by_name(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(UnusableProxy, match=r"ALL_PROXY .*network\.proxy") as raised:
        proxy_for(URL, None)
    assert proxy not in str(raised.value)
    with pytest.raises(UnusableProxy):
        prepare_environment(None)
    prepare_environment(PROXY)
    httpx.Client()


TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12)
ODD = TEXT | st.sampled_from(["fe80::/10", "[::1", "socks5://x", "http://[", "::1", "*.org"])


@settings(max_examples=40, deadline=None)  # a client reads certificates
@given(ODD, st.lists(ODD, max_size=3))
def test_any_environment_leaves_a_working_client(given_proxy: str, hosts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALL_PROXY", given_proxy)
        patch.setenv("NO_PROXY", ",".join(hosts))
        try:
            prepare_environment(None)
        except UnusableProxy:
            return
        proxy_for(URL, None)
        httpx.Client()
        assert os.environ["NO_PROXY"] is not None
