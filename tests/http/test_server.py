"""The listening socket of a server."""

import socket

import pytest

from bot.http.server import AddressUnavailable, listen, url_of


def test_accepted_connections_send_without_delay() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use_is_an_error_with_a_remedy() -> None:
    with listen("127.0.0.1", 0) as occupied:
        port = occupied.getsockname()[1]
        with pytest.raises(AddressUnavailable, match=f"127.0.0.1:{port}: .*choose another port"):
            listen("127.0.0.1", port)


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert url_of("::1", 7860) == "http://[::1]:7860"
    assert url_of("127.0.0.1", 7860) == "http://127.0.0.1:7860"
