"""``/stats``, ``/preferences`` and ``/settings``: about a community."""

import json
import math

from bot.adapters.text_platform.commands.command import TextCommand
from bot.core.chat_settings.list_types import MemberSet
from bot.core.chat_settings.quiet_hours import EXAMPLE
from bot.core.chat_settings.scope import SettingScope, describe_settings
from bot.core.chat_settings.setting import find_setting, settings_on
from bot.core.export_files import ExportFileError
from bot.core.preferences import transfer

MAX_LINES = 12


async def stats(command: TextCommand) -> str:
    """Return how many of the emojis were kept."""
    kept = await command.services.store.outcomes.kept_by_emoji(command.ref)
    if not kept:
        return command.localize("stats.nothing")
    shown, left = (
        sum(each.shown for each in kept.values()),
        sum(each.kept for each in kept.values()),
    )
    lines = [f"{emoji} {now.kept}/{now.shown}" for emoji, now in list(kept.items())[:MAX_LINES]]
    caption = command.localize("stats.caption", shown=shown, share=f"{left / shown:.0%}")
    return "\n".join([caption, *lines])


async def preferences(command: TextCommand) -> str:
    """Describe the preferences; for admins also reset, export and import them."""
    name, _, rest = command.argument.casefold().partition(" ")
    requests = command.services.service.member_requests
    if not name:
        return await _describe_preferences(command)
    if name not in ("reset", "export", "import"):
        return command.localize("preferences.usage")
    if not command.message.is_admin:
        return command.localize("preferences.admins")
    if name == "export":
        return json.dumps(await requests.export_preferences(command.ref), ensure_ascii=False)
    if name == "import":
        try:
            document = transfer.parse_json(await command.replied_content())
            await requests.import_preferences(command.ref, document)
        except ExportFileError as error:
            return command.localize("preferences.unreadable", cause=error)
        return command.localize("preferences.imported")
    if rest != "yes":
        confirm = f"/preferences reset yes – {command.localize('preferences.yes')}"
        return f"{command.localize('preferences.ask')}\n{confirm}"
    await requests.reset_preferences(command.ref)
    return command.localize("preferences.forgotten")


async def _describe_preferences(command: TextCommand) -> str:
    found = await command.services.service.member_requests.preferences(command.ref)
    lines = [
        f"{emoji} {'×' if bias > 0 else '÷'}{math.exp(abs(bias)):.1f}"
        for emoji, bias in found.strongest()
    ]
    if not lines:
        return command.localize("preferences.nothing")
    caption = command.localize("preferences.caption", share=f"{found.acceptance:.0%}")
    return "\n".join([command.localize("preferences.subtitle"), *lines, caption])


async def settings(command: TextCommand) -> str:
    """Describe the settings, or change one, for admins."""
    if not command.message.is_admin:
        return command.localize("settings.admins")
    known = {setting.name: setting for setting in settings_on(command.ref.platform)}
    scope = SettingScope(command.services.store.chat_settings, command.ref)
    if not command.argument:
        lines = describe_settings(known, await scope.current(), command.language)
        example = f"/settings quiet_hours {EXAMPLE}"
        return "\n".join([*lines, "", command.localize("settings.change", example=example)])
    argument, found = command.argument, find_setting(command.argument)
    if found is not None and isinstance(found[0].type, MemberSet):
        argument = f"{found[0].name} {command.message.with_member_keys(found[1])}"
    return await scope.change(known, argument, command.language)
