"""Text that neither encoders nor databases take."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.core.unicode_repair import repair_json, repair_text

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(ANY_TEXT)
def test_repaired_text_can_be_encoded_and_offsets_stay(text: str) -> None:
    repaired = repair_text(text)
    repaired.encode()
    assert "\x00" not in repaired
    assert utf16_length(repaired) == utf16_length(text)
    assert repair_text(repaired) == repaired


@given(st.recursive(ANY_TEXT | st.none() | st.integers(), lambda v: st.lists(v)))
def test_all_texts_of_a_value_are_repaired(value: object) -> None:
    repaired = repair_json({"key\ud800": [value, {"inner": value}]})
    json.dumps(repaired, ensure_ascii=False).encode()
    assert "key\ufffd" in repaired  # type: ignore[operator]
