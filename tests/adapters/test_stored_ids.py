"""Ids as they are stored."""

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.stored_ids import MAX_ID_LENGTH, stored_id


@given(st.text(min_size=1, max_size=300))
def test_ids_fit_into_the_database_and_stay_apart(platform_id: str) -> None:
    assert 0 < len(stored_id(platform_id)) <= MAX_ID_LENGTH
    assert stored_id(platform_id) != stored_id(platform_id + "x")
