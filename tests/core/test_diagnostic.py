"""Diagnostics: the remedy of each, and the severity of several."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.diagnostic import Diagnostic, Status, failed, ok, warning, worst_status


@pytest.mark.parametrize(
    ("status", "remedy"), [(Status.OK, "do"), (Status.WARNING, ""), (Status.FAILED, "")]
)
def test_a_remedy_belongs_to_what_is_not_ok(status: Status, remedy: str) -> None:
    with pytest.raises(ValueError, match="disk: a remedy"):
        Diagnostic("disk", status, "message", remedy)


DIAGNOSTICS = st.lists(
    st.sampled_from([ok("a", "b"), warning("a", "b", "c"), failed("a", "b", "c")]), max_size=5
)


@given(DIAGNOSTICS)
def test_the_worst_status_is_the_most_severe(diagnostics: list[Diagnostic]) -> None:
    statuses = {diagnostic.status for diagnostic in diagnostics}
    if Status.FAILED in statuses:
        assert worst_status(diagnostics) is Status.FAILED
    elif Status.WARNING in statuses:
        assert worst_status(diagnostics) is Status.WARNING
    else:
        assert worst_status(diagnostics) is Status.OK
