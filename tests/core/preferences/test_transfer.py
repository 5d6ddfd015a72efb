"""A taste as JSON: out and in again, and nothing unsound."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.preferences.counts import COUNT_NAMES, OUTSIDE_TOP_K, Counts
from bot.core.preferences.transfer import (
    FORMAT,
    MAX_BYTES,
    PreferenceFileError,
    check_size,
    dump_counts,
    load_counts,
    parse_json,
)
from tests.core.fakes import MOMENT

COUNTS = st.builds(Counts, **dict.fromkeys(COUNT_NAMES, st.floats(0, 1000)))
EMOJIS = st.sampled_from(["😂", "❤", ":party_parrot:", OUTSIDE_TOP_K])


@given(st.dictionaries(EMOJIS, COUNTS))
def test_it_is_read_as_it_was_written(counts: dict[str, Counts]) -> None:
    again = load_counts(json.loads(json.dumps(dump_counts(counts, MOMENT))))
    assert set(again) == set(counts)
    for emoji, each in counts.items():
        assert again[emoji].as_tuple() == pytest.approx(each.as_tuple(), abs=1e-4)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (None, FORMAT),
        ({"format": "other", "emojis": {}}, FORMAT),
        ({"format": FORMAT}, "object"),
        ({"format": FORMAT, "emojis": {"word": {}}}, "no emoji"),
        ({"format": FORMAT, "emojis": {"😂": 3}}, "object of counts"),
        ({"format": FORMAT, "emojis": {"😂": {"liked": 3}}}, "known: shown"),
        ({"format": FORMAT, "emojis": {"😂": {"shown": "3"}}}, "a number"),
        ({"format": FORMAT, "emojis": {"😂": {"shown": True}}}, "a number"),
        ({"format": FORMAT, "emojis": {"😂": {"shown": -1}}}, "between"),
        ({"format": FORMAT, "emojis": {"😂": {"shown": float("nan")}}}, "between"),
        ({"format": FORMAT, "emojis": {"😂": {"shown": float("inf")}}}, "between"),
        ({"format": FORMAT, "emojis": {"😂": {"shown": 10**400}}}, "between"),
    ],
)
def test_anything_else_is_refused(document: object, told: str) -> None:
    with pytest.raises(PreferenceFileError, match=told):
        load_counts(document)


@pytest.mark.parametrize("written", [b"", b"{", b"\xff\xfe", b"[" * 200_000, b"9" * 5_000])
def test_what_is_no_json_is_refused(written: bytes) -> None:
    with pytest.raises(PreferenceFileError, match="not JSON"):
        parse_json(written)


def test_json_is_parsed_with_a_mark_of_its_order_too() -> None:
    assert parse_json(b"\xef\xbb\xbf{}") == {}


def test_only_small_documents_are_fetched() -> None:
    check_size(MAX_BYTES)
    for size in (MAX_BYTES + 1, None):
        with pytest.raises(PreferenceFileError, match="larger"):
            check_size(size)
