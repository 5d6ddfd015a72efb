"""What a finding must say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.diagnostic import Diagnostic, Status, failed, ok, warning, worst_status


@pytest.mark.parametrize(
    ("status", "mend"), [(Status.OK, "do"), (Status.WARNING, ""), (Status.FAILED, "")]
)
def test_a_mend_is_for_what_is_not_ok(status: Status, mend: str) -> None:
    with pytest.raises(ValueError, match="disk: a mend"):
        Diagnostic("disk", status, "told", mend)


FINDINGS = st.lists(
    st.sampled_from([ok("a", "b"), warning("a", "b", "c"), failed("a", "b", "c")]), max_size=5
)


@given(FINDINGS)
def test_the_worst_is_the_gravest_of_all(findings: list[Diagnostic]) -> None:
    statuses = {finding.status for finding in findings}
    if Status.FAILED in statuses:
        assert worst_status(findings) is Status.FAILED
    elif Status.WARNING in statuses:
        assert worst_status(findings) is Status.WARNING
    else:
        assert worst_status(findings) is Status.OK
