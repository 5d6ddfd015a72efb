"""The text of rich messages, in the forms of the Bot API."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from bot.adapters.telegram.rich_texts import rich_text

HIDDEN = {"type": "spoiler", "text": "he dies"}
LINK = {"type": "url", "text": {"type": "bold", "text": "good"}, "url": "https://example.org"}
SMILE = {"type": "custom_emoji", "custom_emoji_id": "1", "alternative_text": "😀"}


def text_of(rich: object) -> str:
    message = {"message_id": 5, "date": 0, "chat": {"id": -1, "type": "supergroup"}}
    update = Update.de_json({"update_id": 1, "message": {**message, "rich_message": rich}}, None)
    assert update.message is not None
    return rich_text(update.message)


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([], ""),
        ([{"type": "divider"}], ""),
        ([{"type": "paragraph", "text": "so"}, {"type": "footer", "text": "sad"}], "so\nsad"),
        ([{"type": "paragraph", "text": ["so ", LINK, SMILE]}], "so good😀"),
        ([{"type": "paragraph", "text": ["so", HIDDEN, "sad"]}], "so sad"),
        ([{"type": "list", "items": [{"label": "1.", "blocks": [{"text": "one"}]}]}], "one"),
        ([{"type": "table", "cells": [[{"text": "a"}, {"text": "b"}], []]}], "a\nb"),
        ([{"type": "details", "summary": "more", "blocks": [{"text": LINK}]}], "more\ngood"),
        ([{"type": "photo", "photo": [], "caption": {"text": "us", "credit": "me"}}], "us"),
        ([{"type": "table", "cells": [], "caption": HIDDEN}], ""),
    ],
)
def test_blocks(blocks: list[object], expected: str) -> None:
    assert text_of({"blocks": blocks}).strip() == expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "blocks", "cells"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_any_shape_has_a_text(rich: object) -> None:
    assert isinstance(text_of(rich), str)
