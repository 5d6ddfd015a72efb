"""Requests of members about their data and their community's preferences."""

import pytest

from bot.core.errors import StoreFailed
from bot.core.export_files import ExportFileError
from bot.core.preferences.counts import Counts
from tests.core.core_setup import CoreSetup
from tests.core.fakes import (
    ANNA,
    BEN,
    message,
    ref,
)


async def test_forget_returns_the_number_of_rows(core: CoreSetup) -> None:
    await core.skip(message())
    assert await core.service.member_requests.forget("console", BEN) == 0
    assert await core.service.member_requests.forget("console", ANNA) == 1


@pytest.mark.parametrize("method", ["members.erase", "members.set_opted_out"])
async def test_a_failed_member_request_raises(core: CoreSetup, method: str) -> None:
    core.store.failing = {method}
    member_request = (
        core.service.member_requests.forget
        if method == "members.erase"
        else core.service.member_requests.opt_out
    )
    with pytest.raises(StoreFailed, match="try again"):
        await member_request("console", ANNA)
    assert core.service.failures["store"] == 1


async def test_preferences_can_be_exported_reset_and_imported(core: CoreSetup) -> None:
    core.store.preferences.pending["console", "home"] = {
        "😂": Counts(shown=40, expected_kept=20, removed=40)
    }
    exported = await core.service.member_requests.preferences(ref())
    document = await core.service.member_requests.export_preferences(ref())
    await core.service.member_requests.reset_preferences(ref())
    assert not (await core.service.member_requests.preferences(ref())).bias
    with pytest.raises(ExportFileError):
        await core.service.member_requests.import_preferences(
            ref(), {**document, "format": "another"}
        )
    await core.service.member_requests.import_preferences(ref(community="abroad"), document)
    assert (
        await core.service.member_requests.preferences(ref(community="abroad"))
    ).bias == exported.bias
    assert not (await core.service.member_requests.preferences(ref())).bias
