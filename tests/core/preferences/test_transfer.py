"""Counts as JSON: a round trip, and every other document is refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.export_files import MAX_BYTES, ExportFileError, check_size
from bot.core.preferences.counts import COUNT_NAMES, OUTSIDE_TOP_K, Counts
from bot.core.preferences.transfer import (
    FORMAT,
    MAX_COUNT,
    dump_counts,
    load_counts,
    parse_json,
)
from model.emoji import has_emoji_form
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
    with pytest.raises(ExportFileError, match=message):
        load_counts(document)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 200_000, b"9" * 5_000])
def test_content_that_is_not_json_is_refused(content: bytes) -> None:
    with pytest.raises(ExportFileError, match="not JSON"):
        parse_json(content)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
NUMBERS = st.dictionaries(st.sampled_from(COUNT_NAMES) | st.text(max_size=9), LEAVES, max_size=3)
DOCUMENTS = st.fixed_dictionaries(
    {"format": st.just(FORMAT) | LEAVES},
    optional={"emojis": LEAVES | st.dictionaries(EMOJIS | st.text(), LEAVES | NUMBERS, max_size=3)},
)


@settings(max_examples=60)
@given(DOCUMENTS.map(lambda document: json.dumps(document).encode()) | st.binary(max_size=60))
def test_any_file_is_read_within_bounds_or_refused_on_one_line(content: bytes) -> None:
    loaded, refusal = {}, ""
    try:
        loaded = load_counts(parse_json(content))
    except ExportFileError as error:
        refusal = str(error)
    assert len(refusal.splitlines()) <= 1
    for emoji, counts in loaded.items():
        assert emoji == OUTSIDE_TOP_K or has_emoji_form(emoji)
        assert all(0 <= count <= MAX_COUNT for count in counts.as_tuple())


def test_a_byte_order_mark_is_accepted() -> None:
    assert parse_json(b"\xef\xbb\xbf{}") == {}


def test_large_documents_and_unknown_sizes_are_refused() -> None:
    check_size(MAX_BYTES)
    for size in (MAX_BYTES + 1, None):
        with pytest.raises(ExportFileError, match="larger"):
            check_size(size)
