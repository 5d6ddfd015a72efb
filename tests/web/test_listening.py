"""The socket behind the page."""

import socket

import pytest

from bot.adapters.web.adapter import PortTaken, listen


def test_an_answer_does_not_wait_for_the_browser_to_acknowledge_its_head() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_taken_port_is_told_with_its_mend() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"127.0.0.1:{port}: .*choose another --port"):
            listen("127.0.0.1", port)
