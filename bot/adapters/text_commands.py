"""Commands as texts with texts as answers, for platforms without buttons and menus."""

import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.adapters.components import Components
from bot.core.chat_settings.list_types import MemberSet
from bot.core.chat_settings.quiet_hours import EXAMPLE
from bot.core.chat_settings.scope import SettingScope, describe_settings
from bot.core.chat_settings.setting import find_setting, settings_on
from bot.core.errors import StoreFailed
from bot.core.events import FeedbackResult, FeedbackSource, MemberKey, MessageRef
from bot.core.export_files import ExportFileError
from bot.core.members.privacy import PrivacyCommands, Prompt
from bot.core.messages.explanation import explain_message
from bot.core.messages.feedback import (
    THUMBS_DOWN,
    ReactionFeedback,
    classify_reaction,
    explain_rejection,
)
from bot.core.preferences import transfer
from bot.core.rules.argument import parse_rule
from bot.core.rules.commands import RuleCommands, RuleMarkup
from bot.core.rules.rule import InvalidRule
from bot.core.rules.validation import ReactionLimits
from bot.i18n import localize
from model.emoji import is_emoji, parse_choice

MAX_LINES = 12
_WORDS = {"forget": "yes", "keep": "no"}
"""Words after ``forget``, in the place of the names of its choices."""


@dataclass(frozen=True, slots=True)
class TextCommand:
    """A command of a member, with what the adapter knows of it."""

    components: Components
    privacy: PrivacyCommands
    ref: MessageRef
    """The message that gives the command."""
    member: MemberKey
    argument: str
    """The text after the command's name."""
    language: str
    is_admin: bool
    replied: MessageRef | None
    """The message that it replies to; for an answer of the bot, the one that this answers."""
    replied_text: Callable[[], Awaitable[str]]
    """Returns the text that it replies to; empty if there is none."""
    member_in: Callable[[str], str]
    """Puts member keys in the place of the members that a text names."""

    def localize(self, key: str, **values: object) -> str:
        """Return the text under ``key``."""
        return localize(key, self.language, **values)

    @property
    def rules(self) -> RuleCommands:
        """The rule commands."""
        return RuleCommands(self.components.store.rules)


async def answer(name: str, command: TextCommand, prefix: str) -> str:
    """Carry out the command of this name, one of ``COMMANDS``; return the answer.

    The texts name commands with a slash, in whose place the platform's ``prefix`` is put.
    """
    try:
        text = await COMMANDS[name](command)
    except StoreFailed:
        text = command.localize("error.not_stored")
    return with_prefix(text, prefix)


def with_prefix(text: str, prefix: str) -> str:
    """Put the prefix of a platform in the place of the slash before names of commands."""
    names = "|".join((*COMMANDS, "emoji"))
    return re.sub(rf"(?<![\w/])/(?=(?:{names})\b)", lambda _: prefix, text)


async def _help(command: TextCommand) -> str:
    names = ("emoji", *COMMANDS)
    lines = [f"/{name} – {command.localize(f'command.{name}')}" for name in names]
    return "\n".join([command.localize("help.intro"), "", *lines])


async def _why(command: TextCommand) -> str:
    if command.replied is None:
        return command.localize("why.usage")
    recorded = await command.components.service.recorded_outcome(command.replied)
    key = command.components.pseudonyms.message_key(command.replied)
    return explain_message(recorded, key, command.language)


async def _feedback(command: TextCommand) -> str:
    picked = parse_choice(command.argument)
    if command.replied is None or picked is None:
        return command.localize("feedback.usage")
    service = command.components.service
    shown = await service.shown_emojis(command.replied)
    result = await ReactionFeedback(service).on_all_reactions(
        command.replied, command.member, [picked], FeedbackSource.COMMAND
    )
    if result is not FeedbackResult.RECORDED:
        return explain_rejection(result, command.language)
    key = "dislike" if picked == THUMBS_DOWN else classify_reaction(shown, picked).value
    return command.localize(f"feedback.{key}", emoji=picked)


async def _stats(command: TextCommand) -> str:
    kept = await command.components.store.outcomes.kept_by_emoji(command.ref)
    if not kept:
        return command.localize("stats.nothing")
    shown, left = (
        sum(each.shown for each in kept.values()),
        sum(each.kept for each in kept.values()),
    )
    lines = [f"{emoji} {now.kept}/{now.shown}" for emoji, now in list(kept.items())[:MAX_LINES]]
    caption = command.localize("stats.caption", shown=shown, share=f"{left / shown:.0%}")
    return "\n".join([caption, *lines])


async def _preferences(command: TextCommand) -> str:
    name, _, rest = command.argument.casefold().partition(" ")
    requests = command.components.service.member_requests
    if not name:
        return await _describe_preferences(command)
    if name not in ("reset", "export", "import"):
        return command.localize("preferences.usage")
    if not command.is_admin:
        return command.localize("preferences.admins")
    if name == "export":
        return json.dumps(await requests.export_preferences(command.ref), ensure_ascii=False)
    if name == "import":
        try:
            document = transfer.parse_json((await command.replied_text()).encode())
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
    found = await command.components.service.member_requests.preferences(command.ref)
    lines = [
        f"{emoji} {'×' if bias > 0 else '÷'}{math.exp(abs(bias)):.1f}"
        for emoji, bias in found.strongest()
    ]
    if not lines:
        return command.localize("preferences.nothing")
    caption = command.localize("preferences.caption", share=f"{found.acceptance:.0%}")
    return "\n".join([command.localize("preferences.subtitle"), *lines, caption])


async def _settings(command: TextCommand) -> str:
    if not command.is_admin:
        return command.localize("settings.admins")
    settings = {setting.name: setting for setting in settings_on(command.ref.platform)}
    scope = SettingScope(command.components.store.chat_settings, command.ref)
    if not command.argument:
        lines = describe_settings(settings, await scope.current(), command.language)
        example = f"/settings quiet_hours {EXAMPLE}"
        return "\n".join([*lines, "", command.localize("settings.change", example=example)])
    argument, found = command.argument, find_setting(command.argument)
    if found is not None and isinstance(found[0].type, MemberSet):
        argument = f"{found[0].name} {command.member_in(found[1])}"
    return await scope.change(settings, argument, command.language)


async def _rules(command: TextCommand) -> str:
    if not command.is_admin:
        return command.localize("settings.admins")
    name, _, rest = command.argument.partition(" ")
    subcommand = _RULE_COMMANDS.get(name.casefold())
    if subcommand is None:
        return command.localize("rules.usage")
    return await subcommand(command, rest.strip())


async def _list_rules(command: TextCommand, _rest: str) -> str:
    return await command.rules.describe_all(command.ref, RuleMarkup(), command.language)


async def _add_rule(command: TextCommand, rest: str) -> str:
    try:
        rule = parse_rule(rest, "")
    except InvalidRule as error:
        return error.explain(command.language)
    return await command.rules.add(
        command.ref, rule, ReactionLimits(is_emoji), RuleMarkup(), command.language
    )


async def _remove_rule(command: TextCommand, rest: str) -> str:
    number = int(rest) if rest.isascii() and rest.isdecimal() and len(rest) < MAX_LINES else 0
    return await command.rules.remove(command.ref, number, command.language)


async def _export_rules(command: TextCommand, _rest: str) -> str:
    return (await command.rules.export(command.ref)).decode()


async def _import_rules(command: TextCommand, _rest: str) -> str:
    content = (await command.replied_text()).encode()
    return await command.rules.import_file(
        command.ref, content, ReactionLimits(is_emoji), command.language
    )


async def _privacy(command: TextCommand) -> str:
    return command.privacy.describe(command.language)


async def _forget(command: TextCommand) -> str:
    prompt = command.privacy.ask_to_forget(command.language)
    return await _choose(command, "forget", prompt)


async def _opt_out(command: TextCommand) -> str:
    return await command.privacy.opt_out(command.member, command.language)


async def _opt_in(command: TextCommand) -> str:
    return await command.privacy.opt_in(command.member, command.language)


async def _consent(command: TextCommand) -> str:
    prompt = await command.privacy.ask_for_consent(command.member, command.language)
    return await _choose(command, "consent", prompt)


async def _personal(command: TextCommand) -> str:
    prompt = await command.privacy.ask_for_personal(command.member, command.language)
    return await _choose(command, "personal", prompt)


async def _choose(command: TextCommand, name: str, prompt: Prompt) -> str:
    """Carry out the choice that stands after the command; without one, ask."""
    words = {_WORDS.get(choice, choice): choice for choice, _ in prompt.choices}
    if chosen := words.get(command.argument.casefold()):
        return await command.privacy.choose(chosen, command.member, command.language)
    labels = [label for _, label in prompt.choices]
    lines = [f"/{name} {word} – {label}" for word, label in zip(words, labels, strict=True)]
    return "\n".join([prompt.text, "", *lines])


COMMANDS: Mapping[str, Callable[[TextCommand], Awaitable[str]]] = {
    "help": _help,
    "why": _why,
    "feedback": _feedback,
    "stats": _stats,
    "preferences": _preferences,
    "settings": _settings,
    "rules": _rules,
    "privacy": _privacy,
    "forget": _forget,
    "optout": _opt_out,
    "optin": _opt_in,
    "consent": _consent,
    "personal": _personal,
}
_RULE_COMMANDS: Mapping[str, Callable[[TextCommand, str], Awaitable[str]]] = {
    "": _list_rules,
    "list": _list_rules,
    "add": _add_rule,
    "remove": _remove_rule,
    "export": _export_rules,
    "import": _import_rules,
}
