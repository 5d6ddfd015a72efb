"""The types of fields that updates are checked for, against a description of the Bot API."""

import pytest

from bot.adapters.telegram.updates import check_types
from tests.e2e.bot_api import SPECIFICATION, types

EXAMPLES = {"Integer": 1, "String": "a"}
NOT_CHECKED = ("Rich", "Passport")
"""Types that are read by their own rules, or that no bot of this kind gets."""


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="no description of the Bot API here")
def test_no_field_of_the_bot_api_is_of_another_type() -> None:
    described = types()
    for name, fields in described.items():
        if name.startswith(NOT_CHECKED):
            continue
        for field, kinds in fields.items():
            example = EXAMPLES.get(kinds[0], {"id": 1} if kinds[0] in described else [])
            check_types({field: example})


@pytest.mark.parametrize("payload", [{"text": ["a"]}, {"message_id": "1"}, {"chat": {"id": "1"}}])
def test_other_types_are_refused(payload: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        check_types({"message": payload})
