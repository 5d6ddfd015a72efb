"""``/settings``: a keyboard that edits itself, for admins."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from telegram import (
    CallbackQuery,
    Chat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from bot.adapters.telegram import events
from bot.adapters.telegram.buttons import SETTING
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.permissions import is_admin
from bot.core.chat_settings.overrides import KEYS
from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.errors import StoreFailed
from bot.core.events import MessageRef
from bot.i18n import LANGUAGES, localize
from model.emoji import is_emoji

CHOICES: Mapping[str, Sequence[object]] = {
    "enabled": (True, False),
    "mode": tuple(mode.value for mode in Mode),
    "chance": (1.0, 0.5, 0.25, 0.1),
    "cooldown_seconds": (0.0, 10.0, 60.0, 300.0),
    "max_per_minute": (20, 10, 5, 2, None),
    "confidence_threshold": (None, 0.1, 0.2, 0.3, 0.5),
    "target_acceptance": (None, 0.5, 0.6, 0.7, 0.8, 0.9),
    "exploration_rate": (0.0, 0.02, 0.05, 0.1),
    "language": tuple(LANGUAGES),
}
"""What a press goes through; other values are written after the command."""
WRITTEN = ("quiet_hours", "emoji_allow", "emoji_deny")
EXAMPLE = "/settings quiet_hours 22:00-07:00 Europe/Berlin"
_ELSEWHERE = ("max_per_message", "chat_allow", "chat_deny", "role_deny")
"""What Telegram has no use for: a message takes one reaction, a chat has no channels or roles."""


async def settings(command: CommandContext) -> None:
    """Show the panel, or set what is written after the command."""
    message = command.message
    if not await is_admin(command.context, message.chat, message.sender_chat, command.user):
        await command.reply(command.localize("settings.admins"))
        return
    place = _Place(command.context, message.chat, events.thread_of(message))
    try:
        if command.argument:
            await command.reply(await _write(place, command))
            return
        text, keyboard = await place.show(command.language)
    except StoreFailed:
        text, keyboard = command.localize("error.not_stored"), None
    await command.reply(text, keyboard)


async def handle_callback(context: AdapterContext, query: CallbackQuery, rest: str) -> str:
    """Set the next value and show the panel anew; what to tell who pressed."""
    language = query.from_user.language_code
    message = query.message
    if not isinstance(message, Message):
        return localize("error.expired", language)
    if not await is_admin(context, message.chat, None, query.from_user.id):
        return localize("settings.admins", language)
    if rest == "done":
        await context.attempt(query.edit_message_text(localize("settings.closed", language)))
        return ""
    scope, _, change = rest.partition(":")
    place = _Place(context, message.chat, events.thread_of(message), whole=scope == "all")
    key, _, number = change.partition(":")
    try:
        told = ""
        if key:
            if key not in CHOICES or not number.isdecimal() or int(number) >= len(CHOICES[key]):
                return localize("error.expired", language)
            await place.set(key, CHOICES[key][int(number)])
            told = await place.told("settings.saved", key, language)
        spoken = await context.language(message.chat, language, place.thread)
        text, keyboard = await place.show(spoken)
    except StoreFailed:
        return localize("error.not_stored", language)
    await context.attempt(query.edit_message_text(text, reply_markup=keyboard))
    return told


class _Place:
    """A chat or one of its topics, whose settings are shown and changed."""

    def __init__(
        self, context: AdapterContext, chat: Chat, thread: int | None, *, whole: bool = False
    ) -> None:
        self._context = context
        self._chat = chat
        self.thread = thread
        self._topic = "" if whole else events.topic_key(chat, thread)
        self._ref = context.ref(chat, 0)

    async def set(self, key: str, value: object) -> None:
        await self._context.services.store.chat_settings.set_override(
            self._target, key, value, everywhere=self._whole
        )

    async def unset(self, key: str) -> None:
        await self._context.services.store.chat_settings.remove_override(
            self._target, key, everywhere=self._whole
        )

    @property
    def _whole(self) -> bool:
        return not self._topic

    @property
    def _target(self) -> MessageRef:
        return self._ref if self._whole else replace(self._ref, chat=self._topic)

    async def now(self) -> ChatSettings:
        return await self._context.services.store.chat_settings.get(self._ref, self._topic)

    async def told(self, text: str, key: str, language: str | None) -> str:
        name = localize(f"setting.{key}.name", language)
        return localize(text, language, name=name, value=shown(await self.now(), key, language))

    async def show(self, language: str) -> tuple[str, InlineKeyboardMarkup]:
        """The panel's text and buttons."""
        now = await self.now()
        name = self._chat.title or localize("settings.here", language)
        lines = [localize("settings.title", language, chat=name), ""]
        lines += [
            f"{localize(f'setting.{key}.name', language)}: {shown(now, key, language)}"
            for key in (*CHOICES, *WRITTEN)
        ]
        lines += ["", localize("settings.change", language, example=EXAMPLE)]
        return "\n".join(lines), InlineKeyboardMarkup(self._buttons(now, language))

    def _buttons(self, now: ChatSettings, language: str) -> list[list[InlineKeyboardButton]]:
        scope = "all" if self._whole else "here"
        each = [
            InlineKeyboardButton(
                f"{localize(f'setting.{key}.name', language)}: {shown(now, key, language)}",
                callback_data=f"{SETTING}:{scope}:{key}:{_next(now, key)}",
            )
            for key in CHOICES
        ]
        rows = [each[i : i + 2] for i in range(0, len(each), 2)]
        last = [InlineKeyboardButton(localize("settings.done", language), callback_data="set:done")]
        if self.thread:
            other, label = ("here", "here") if self._whole else ("all", "everywhere")
            switch = f"{SETTING}:{other}:"
            text = localize(f"settings.{label}", language)
            last.insert(0, InlineKeyboardButton(text, callback_data=switch))
        return [*rows, last]


def _next(now: ChatSettings, key: str) -> int:
    """The number of the choice after the one that holds; the first after a written one."""
    choices, value = CHOICES[key], getattr(now, key)
    return (choices.index(value) + 1) % len(choices) if value in choices else 0


def shown(now: ChatSettings, key: str, language: str | None) -> str:
    """A setting's value in words."""
    value = getattr(now, key)
    match key:
        case "enabled":
            return localize("value.on" if value else "value.off", language)
        case "mode":
            return localize(f"mode.{value}", language)
        case "chance" | "exploration_rate" | "target_acceptance" if value is not None:
            return f"{value:.0%}"
        case "cooldown_seconds":
            return localize("value.seconds", language, count=f"{value:g}")
        case "max_per_minute":
            unlimited = localize("value.unlimited", language)
            return localize("value.a_minute", language, count=value) if value else unlimited
        case "confidence_threshold":
            return localize("value.automatic", language) if value is None else f"{value:.0%}"
        case "language":
            return LANGUAGES.get(value, value)
        case "emoji_allow" if value is None:
            return localize("value.all", language)
        case "quiet_hours" if value is not None:
            return str(value)
        case _:
            return " ".join(sorted(value or ())) or localize("value.none", language)


async def _write(place: _Place, command: CommandContext) -> str:
    """Set what was written after the command; ``default`` takes a choice back."""
    key, _, written = command.argument.partition(" ")
    if key not in KEYS or key in _ELSEWHERE:
        known = ", ".join((*CHOICES, *WRITTEN))
        return command.localize("settings.invalid", cause=known)
    if written.strip() in ("", "default", command.localize("settings.default")):
        await place.unset(key)
        return await place.told("settings.unset", key, command.language)
    try:
        await place.set(key, _read(key, written.strip()))
    except ValueError as error:
        return command.localize("settings.invalid", cause=f"{key}: {error}")
    return await place.told("settings.saved", key, command.language)


def _read(key: str, written: str) -> object:
    """What was written as the store keeps it.

    Raises:
        ValueError: it cannot be read.
    """
    match key:
        case "enabled":
            if written not in ("on", "off", "true", "false"):
                raise ValueError("on, off")
            return written in ("on", "true")
        case "chance" | "cooldown_seconds" | "confidence_threshold" | "exploration_rate":
            return float(written)
        case "target_acceptance":
            return None if written == "none" else float(written)
        case "max_per_minute":
            return int(written)
        case "emoji_allow" | "emoji_deny":
            emojis = written.split()
            if not all(map(is_emoji, emojis)):
                raise ValueError("😂 🔥 🎉")
            return emojis
        case "language":
            if written not in LANGUAGES:
                raise ValueError(", ".join(LANGUAGES))
            return written
        case _:
            return written
