"""The settings menu: what its buttons and lines do, with a real database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from telegram import Chat

from bot.adapters.telegram.commands.settings_menu import (
    BUTTONS,
    SETTINGS,
    SettingsScope,
    press,
    render_menu,
)
from bot.adapters.telegram.context import AdapterContext, BotServices
from bot.core.chat_settings.schema import ChatSettings
from bot.core.members.pseudonyms import Pseudonyms
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.i18n import LANGUAGES, localize

GROUP = Chat(-1001, Chat.SUPERGROUP, title="a group")


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[AdapterContext]:
    engine = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")
    unused = cast(Any, None)  # what settings have no use for
    pseudonyms = Pseudonyms(b"key" * 11)
    services = BotServices(unused, SqlStore(engine), pseudonyms, unused, unused)
    yield AdapterContext(services, unused, unused, unused)
    await engine.dispose()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_line_can_be_written_after_the_command(
    context: AdapterContext, language: str
) -> None:
    scope = SettingsScope(context, GROUP, None)
    for setting in BUTTONS.values():
        for index, choice in enumerate(setting.type.choices):
            saved = await press(scope, f"{setting.name}:{index}", language)
            assert saved == await scope.stored.confirm("settings.saved", setting, language)
            text, _ = await render_menu(scope, language)
            label = setting.label(language)
            if setting.is_rare and choice == setting.default:
                assert f"\n{label}: " not in text
                continue
            line = next(line for line in text.splitlines() if line.startswith(f"{label}: "))
            await scope.stored.reset(setting)
            await scope.stored.change(SETTINGS, line.replace(f"{label}:", label, 1), language)
            assert getattr(await scope.stored.current(), setting.name) == choice


async def test_a_press_goes_to_the_next_choice(context: AdapterContext) -> None:
    scope = SettingsScope(context, GROUP, None)
    for value in (0.5, 0.25, 0.1, 0.05, 1.0):
        _, keyboard = await render_menu(scope, "en")
        [button] = [
            button
            for row in keyboard.inline_keyboard
            for button in row
            if button.text.startswith("Chance: ")
        ]
        assert isinstance(button.callback_data, str)
        await press(scope, button.callback_data.removeprefix("set:all:"), "en")
        assert (await scope.stored.current()).chance == value


@pytest.mark.parametrize(
    "change",
    ["chance:9", "chance:-1", "chance:²", "chance", "mood:1", "quiet_hours:0", "chat_deny:0"],
)
async def test_buttons_of_another_version_do_unused(context: AdapterContext, change: str) -> None:
    scope = SettingsScope(context, GROUP, None)
    assert await press(scope, change, "en") is None
    assert await scope.stored.current() == ChatSettings()


async def test_a_topic_stands_over_its_group(context: AdapterContext) -> None:
    group = SettingsScope(context, GROUP, 7, everywhere=True)
    topic = SettingsScope(context, GROUP, 7)
    await group.stored.change(SETTINGS, "chance 50%", "en")
    await topic.stored.change(SETTINGS, "chance 0,25", "en")
    assert [(await scope.stored.current()).chance for scope in (group, topic)] == [0.5, 0.25]
    reset = await topic.stored.change(SETTINGS, "Chance DEFAULT", "en")
    assert "back at its default, 50 %" in reset


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_name_alone_shows_the_value_and_changes_nothing(
    context: AdapterContext, language: str
) -> None:
    scope = SettingsScope(context, GROUP, None)
    await scope.stored.change(SETTINGS, "chance 25%", language)
    shown = await scope.stored.change(SETTINGS, "chance", language)
    assert "25 %" in shown
    assert "100 %" in shown
    assert localize("settings.default", language) in shown
    assert (await scope.stored.current()).chance == 0.25


async def test_an_unknown_setting_is_answered_with_those_there_are(
    context: AdapterContext,
) -> None:
    scope = SettingsScope(context, GROUP, None)
    names = ", ".join(SETTINGS)
    for text in ("mood 3", "chat_deny 1"):
        reply = await scope.stored.change(SETTINGS, text, "de")
        assert reply == localize("settings.unknown", "de", names=names)
