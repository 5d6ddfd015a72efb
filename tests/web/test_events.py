"""Requests of any shape are parsed, or refused without quoting them."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import gradio as gr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.page.build import build_page
from demo.page.candidates import MAX_CANDIDATES, CandidateSet
from demo.page.events import API_FUNCTION, PREDICT_FUNCTION, EventParser, InvalidEvent
from tests.web.fakes import FakeBackend

SECRET = "my neighbour Ann"
VISITOR = "0123456789abcdef" * 2


async def _build() -> gr.Blocks:
    return build_page(FakeBackend())


BLOCKS = asyncio.run(_build())  # without a running loop, Gradio would leave one open
PARSER = EventParser(BLOCKS)
NUMBERS = {str(function.api_name): number for number, function in BLOCKS.fns.items()}


def body(function: str, *data: object, **more: object) -> bytes:
    event = {"data": data, "fn_index": NUMBERS[function], "session_hash": "abc", **more}
    return json.dumps(event).encode()


def test_events_of_the_page_are_accepted() -> None:
    PARSER.parse_event(body(PREDICT_FUNCTION, "hi", str(CandidateSet.ALL), [], None, VISITOR))
    PARSER.parse_event(body("press", None, VISITOR, event_data={"emoji": "😂"}))
    PARSER.parse_event(body("assign_id", None))
    PARSER.parse_call(body(API_FUNCTION, "hi", None))
    PARSER.parse_call(b'{"data": ["hi", ["\xf0\x9f\x98\x82"]]}')
    PARSER.parse_named_arguments(b'{"text": "hi"}')


@pytest.mark.parametrize(
    "refused",
    [
        body(PREDICT_FUNCTION, SECRET),
        body(PREDICT_FUNCTION, [SECRET], str(CandidateSet.ALL), [], None, VISITOR),
        body(PREDICT_FUNCTION, SECRET, "Some emojis", [], None, VISITOR),
        body(PREDICT_FUNCTION, SECRET, str(CandidateSet.ALL), [], {"choice": "x"}, VISITOR),
        body(PREDICT_FUNCTION, SECRET, str(CandidateSet.ALL), [], None, SECRET),
        body(PREDICT_FUNCTION, SECRET * 2_000, str(CandidateSet.ALL), [], None, VISITOR),
        body(API_FUNCTION, SECRET, ["🔥"] * (MAX_CANDIDATES + 1)),
        body(API_FUNCTION, SECRET, "🔥"),
        body(API_FUNCTION, SECRET, None, None),
        body("press", None, VISITOR, event_data={"emoji": SECRET * 5}),
        body("press", None, VISITOR),
        body("erase", VISITOR, session_hash="../" + SECRET),
        b'{"data": ["my neighbour Ann", null], "fn_index": 999}',
        b'"my neighbour Ann"',
        b'{"data": ["my neighbour Ann',
        b"[" * 60_000,
        b"\xff" + SECRET.encode(),
    ],
)
def test_what_is_no_event_is_refused_without_a_quotation(refused: bytes) -> None:
    with pytest.raises(InvalidEvent) as refusal:
        PARSER.parse_event(refused)
    assert "Ann" not in str(refusal.value)
    assert len(str(refusal.value)) <= 200


def test_programs_reach_their_endpoint_alone() -> None:
    with pytest.raises(InvalidEvent, match="no function"):
        PARSER.parse_call(body("erase", VISITOR))
    with pytest.raises(InvalidEvent):
        PARSER.parse_named_arguments(b'{"text": "hi", "more": 1}')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)


@settings(max_examples=150)
@given(
    st.fixed_dictionaries(
        {"data": JSON},
        optional={
            "fn_index": st.integers(-1, 20) | JSON,
            "session_hash": JSON,
            "event_data": JSON,
            "trigger_id": JSON,
        },
    )
    | JSON
)
def test_any_event_is_parsed_or_refused(event: Any) -> None:  # noqa: ANN401 - any JSON
    for parse in (PARSER.parse_event, PARSER.parse_call, PARSER.parse_named_arguments):
        with suppress(InvalidEvent):
            parse(json.dumps(event).encode("utf-8", "surrogatepass"))
