"""Counts as JSON: a round trip, and every other document is refused."""

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
def test_counts_survive_a_round_trip(counts: dict[str, Counts]) -> None:
    loaded = load_counts(json.loads(json.dumps(dump_counts(counts, MOMENT))))
    assert set(loaded) == set(counts)
    for emoji, expected in counts.items():
        assert loaded[emoji].as_tuple() == pytest.approx(expected.as_tuple(), abs=1e-4)


@pytest.mark.parametrize(
    ("document", "message"),
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
def test_other_documents_are_refused(document: object, message: str) -> None:
    with pytest.raises(PreferenceFileError, match=message):
        load_counts(document)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 200_000, b"9" * 5_000])
def test_content_that_is_not_json_is_refused(content: bytes) -> None:
    with pytest.raises(PreferenceFileError, match="not JSON"):
        parse_json(content)


def test_a_byte_order_mark_is_accepted() -> None:
    assert parse_json(b"\xef\xbb\xbf{}") == {}


def test_large_documents_and_unknown_sizes_are_refused() -> None:
    check_size(MAX_BYTES)
    for size in (MAX_BYTES + 1, None):
        with pytest.raises(PreferenceFileError, match="larger"):
            check_size(size)
