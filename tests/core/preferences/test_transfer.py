"""A taste as JSON: out and in again, and nothing unsound."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.preferences.counts import ELSEWHERE, NAMES, Counts
from bot.core.preferences.transfer import FORMAT, LARGEST, TasteFileError, parse, read, small, write
from tests.core.fakes import MOMENT

COUNTS = st.builds(Counts, **dict.fromkeys(NAMES, st.floats(0, 1000)))
EMOJIS = st.sampled_from(["😂", "❤", ":party_parrot:", ELSEWHERE])


@given(st.dictionaries(EMOJIS, COUNTS))
def test_it_is_read_as_it_was_written(counts: dict[str, Counts]) -> None:
    again = read(json.loads(json.dumps(write(counts, MOMENT))))
    assert set(again) == set(counts)
    for emoji, each in counts.items():
        assert again[emoji].row() == pytest.approx(each.row(), abs=1e-4)


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
    with pytest.raises(TasteFileError, match=told):
        read(document)


@pytest.mark.parametrize("written", [b"", b"{", b"\xff\xfe", b"[" * 200_000, b"9" * 5_000])
def test_what_is_no_json_is_refused(written: bytes) -> None:
    with pytest.raises(TasteFileError, match="not JSON"):
        parse(written)


def test_json_is_parsed_with_a_mark_of_its_order_too() -> None:
    assert parse(b"\xef\xbb\xbf{}") == {}


def test_only_small_documents_are_fetched() -> None:
    small(LARGEST)
    for size in (LARGEST + 1, None):
        with pytest.raises(TasteFileError, match="larger"):
            small(size)
