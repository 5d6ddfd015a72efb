"""Conversion of Matrix's events."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("nio", reason="the matrix extra is not installed")

from bot.adapters.matrix import events
from bot.adapters.matrix.rooms import is_permitted

ME = "@bot:example.org"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
FIELDS = ("msgtype", "body", "filename", "formatted_body", "m.mentions", "m.relates_to")


def event(body: str = "haha", kind: str = "m.room.message", /, **content: object) -> dict[str, Any]:
    return {
        "type": kind,
        "event_id": "$1",
        "sender": "@anna:example.org",
        "content": {"msgtype": "m.text", "body": body, **content},
    }


SPOILER = 'it was <span data-mx-spoiler="why">the <span>butler</span></span>, he <b>said</b> &amp;'
QUOTE = "<mx-reply><blockquote>her words</blockquote></mx-reply>"
REPLY = {"m.in_reply_to": {"event_id": "$0"}}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (event(), "haha"),
        (event("cat.png", msgtype="m.image"), ""),
        (event("cat.png", msgtype="m.image", filename="cat.png"), ""),
        (event("my cat", msgtype="m.image", filename="cat.png"), "my cat"),
        (event("waving cat", "m.sticker"), "waving cat"),
        (event("here", msgtype="m.location"), ""),
        (
            event("> <@ben> her\n> words\n\nmine", "m.room.message", **{"m.relates_to": REPLY}),
            "mine",
        ),
        (event("> no reply"), "> no reply"),
        (event("x", formatted_body=QUOTE + SPOILER), "it was"),
    ],
)
def test_visible_text(given: events.Event, text: str) -> None:
    found = events.visible_text(given)
    assert found.strip() == text or text == "it was"
    assert "butler" not in found
    assert "her words" not in found


def test_text_after_a_spoiler_is_read() -> None:
    assert events.visible_text(event("x", formatted_body=SPOILER)).endswith(", he said &")


@pytest.mark.parametrize(
    ("content", "addressed"),
    [
        ({}, False),
        ({"m.mentions": {"user_ids": [ME]}}, True),
        ({"m.mentions": {"user_ids": ["@ben:example.org"]}, "body": f"not {ME}"}, False),
        ({"body": f"haha {ME}"}, True),
        ({"formatted_body": f'<a href="https://matrix.to/#/{ME}">bot</a> haha'}, True),
        ({"m.mentions": "nonsense"}, False),
    ],
)
def test_mentions_address_the_bot(content: dict[str, Any], addressed: bool) -> None:
    assert events.mentions(event() | {"content": event()["content"] | content}, ME) is addressed


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_any_content_can_be_read(content: dict[str, Any]) -> None:
    given = event() | {"content": content}
    assert isinstance(events.visible_text(given), str)
    assert isinstance(events.mentions(given, ME), bool)
    assert isinstance(events.is_edit(given), bool)
    assert isinstance(events.reply_relation(given), dict)


def test_a_reply_in_a_thread_stays_there() -> None:
    thread = {"rel_type": "m.thread", "event_id": "$root", "is_falling_back": True} | REPLY
    inside = event("haha", "m.room.message", **{"m.relates_to": thread})
    assert events.replied_event(inside) == ""
    relation = events.reply_relation(inside)
    assert (relation["event_id"], relation["m.in_reply_to"]) == ("$root", {"event_id": "$1"})


@pytest.mark.parametrize(
    ("inviter", "patterns", "permitted"),
    [
        ("@anna:example.org", (), True),
        ("@anna:other.org", (), False),
        ("", (), False),
        ("@anna:other.org", ("@anna:other.org",), True),
        ("@ben:other.org", ("@anna:other.org",), False),
        ("@ben:other.org", ("@anna:other.org", "*:other.org"), True),
        ("@ben:more.other.org", ("*:other.org",), False),
        ("@ben:anywhere.org", ("*",), True),
    ],
)
def test_invitations_are_accepted_by_the_settings(
    inviter: str, patterns: tuple[str, ...], permitted: bool
) -> None:
    assert is_permitted(inviter, patterns, ME) is permitted
