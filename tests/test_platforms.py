"""The registry of platforms agrees with the settings and with the adapters."""

import inspect

import pytest

from bot.config.settings import Settings
from bot.platforms import PLATFORMS, Platform


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_every_platform_has_an_adapter_diagnostics_and_settings(platform: Platform) -> None:
    builder = inspect.signature(platform.load_adapter_builder())
    assert list(builder.parameters) == ["components", "settings", "token"]
    diagnostics = inspect.signature(platform.load_diagnostics())
    assert list(diagnostics.parameters) == ["settings", "token", "groups", "listen"]
    assert Settings().is_enabled(platform)
    assert platform.setup_steps
    assert platform.unverified_steps


def test_names_and_variables_are_unique() -> None:
    assert len({platform.name for platform in PLATFORMS}) == len(PLATFORMS)
    assert len({platform.token_variable for platform in PLATFORMS}) == len(PLATFORMS)
