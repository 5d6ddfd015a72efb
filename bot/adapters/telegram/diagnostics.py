"""Diagnostics of Telegram, by a few calls that consume no updates."""

import asyncio
import logging
from collections.abc import Sequence

from telegram import Bot
from telegram.constants import ChatMemberStatus
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    TelegramError,
)

from bot.adapters.telegram.endpoints import BotNetwork, build_bot
from bot.adapters.telegram.errors import error_name
from bot.adapters.telegram.server_clock import ServerClock
from bot.adapters.telegram.webhook_diagnostics import check_webhook
from bot.config.settings import Settings
from bot.core.diagnostic import Diagnostic, failed, ok, warning

TIMEOUT_SECONDS = 15.0
LISTEN_SECONDS = 6
"""Our poll interrupts that of another process, which polls again in one to three seconds."""
MAX_CLOCK_DIFFERENCE_SECONDS = 60.0
MAX_NAMED = 3


async def diagnose(
    settings: Settings, token: str, *, groups: Sequence[str] = (), listen: bool = False
) -> list[Diagnostic]:
    """Check the token, group privacy, the webhook and the bot's status in groups.

    With ``listen`` also whether another process polls: it is disturbed for a moment, and loses
    nothing. Never raises.
    """
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)  # it would log whole responses
    clock = ServerClock()
    bot = build_bot(
        settings.telegram.base_url,
        token,
        BotNetwork(clock=clock, proxy=settings.network.proxy),
    )
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS + LISTEN_SECONDS), bot:
            webhook = await bot.get_webhook_info()
            findings = [
                _token(bot),
                _privacy(bot),
                _joining(bot),
                _clock(clock),
                check_webhook(settings.telegram, webhook),
            ]
            if settings.telegram.business_replies:
                findings.append(_business(bot))
            if groups:
                findings.append(await _standing(bot, groups))
            if listen and not (settings.telegram.webhook_url or webhook.url):
                findings.append(await _pollers(bot, webhook.pending_update_count))
            return findings
    except InvalidToken:
        remedy = "send /token to @BotFather, choose the bot, and copy what it answers"
        return [failed("telegram.token", "Telegram refused the token", remedy)]
    except Exception as error:
        message = f"no answer from Telegram ({_cause(error)})"
        remedy = "check that this machine reaches api.telegram.org, then ask again"
        return [failed("telegram.connection", message, remedy)]


def _token(bot: Bot) -> Diagnostic:
    return ok("telegram.token", f"the bot is {bot.name}")


def _privacy(bot: Bot) -> Diagnostic:
    return _compare(
        "telegram.privacy",
        bot.bot.can_read_all_group_messages,
        "group privacy is off: it sees what is said in groups",
        "group privacy is on: in groups the bot sees commands and answers to itself only",
        f"send /setprivacy to @BotFather, choose {bot.name}, press Disable, then take the bot out"
        " of its groups and add it again; or make it an admin there",
    )


def _joining(bot: Bot) -> Diagnostic:
    return _compare(
        "telegram.joining",
        bot.bot.can_join_groups,
        "it can be added to groups; only admins see reactions",
        "the bot cannot be added to groups",
        f"send /setjoingroups to @BotFather, choose {bot.name}, press Enable",
    )


def _business(bot: Bot) -> Diagnostic:
    return _compare(
        "telegram.business",
        bot.bot.can_connect_to_business,
        "business accounts can connect it",
        "telegram.business_replies is on, but business accounts cannot connect the bot",
        f"send /mybots to @BotFather, choose {bot.name}, Bot Settings, and turn Business Mode on",
    )


def _compare(
    check: str, ability: bool | None, passed: str, problem: str, remedy: str
) -> Diagnostic:
    """Return the result for an ability that @BotFather gives the bot."""
    return ok(check, passed) if ability else warning(check, problem, remedy)


def _clock(clock: ServerClock) -> Diagnostic:
    """Compare the computer's clock with Telegram's."""
    seconds = clock.difference().total_seconds()
    if abs(seconds) <= MAX_CLOCK_DIFFERENCE_SECONDS:
        return ok("telegram.clock", "the computer's clock agrees with Telegram's")
    direction = "ahead of" if seconds > 0 else "behind"
    return warning(
        "telegram.clock",
        f"the computer's clock is {abs(seconds):.0f} s {direction} Telegram's: quiet hours and"
        " retention follow the wrong time",
        "turn on time synchronization (timedatectl set-ntp true)",
    )


async def _standing(bot: Bot, groups: Sequence[str]) -> Diagnostic:
    """Check in which of the known groups the bot is an admin."""
    admin, plain = 0, list[str]()
    for group in groups:
        try:
            status = (await bot.get_chat_member(int(group), bot.id)).status
        except (BadRequest, Forbidden, ChatMigrated):  # deleted, or the bot was removed
            continue
        admin += status in (ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER)
        if status in (ChatMemberStatus.MEMBER, ChatMemberStatus.RESTRICTED):
            plain.append(group)
    if not plain:
        return ok("telegram.groups", f"an admin in each of the {admin} groups that it is in")
    names = [await _title(bot, group) for group in plain[:MAX_NAMED]]
    more = f" and {len(plain) - MAX_NAMED} more" if len(plain) > MAX_NAMED else ""
    return warning(
        "telegram.groups",
        f"no admin in {len(plain)} of {admin + len(plain)} groups: {', '.join(names)}{more}; it"
        " reacts there, and does not see what people do with reactions",
        "make it an admin under Edit > Administrators > Add Admin, without any of the rights; or"
        " choose answers with buttons in /settings there",
    )


async def _title(bot: Bot, group: str) -> str:
    """Return a group's name, without characters that could disturb a terminal."""
    title = (await bot.get_chat(int(group))).title or group
    return '"' + "".join(letter for letter in title if letter.isprintable()) + '"'


async def _pollers(bot: Bot, pending: int) -> Diagnostic:
    check = "telegram.pollers"
    if pending:  # they would be returned at once, and prove nothing about other pollers
        return ok(check, f"no other process fetches the waiting updates: {pending}")
    try:
        # Without an offset none is confirmed; without allowed_updates theirs stay.
        await bot.get_updates(limit=1, timeout=LISTEN_SECONDS)
    except Conflict:
        remedy = "if it is not this bot that is running, stop it: two take each other's updates"
        return warning(check, "another process polls with this token", remedy)
    return ok(check, "no other process polls with this token")


def _cause(error: Exception) -> str:
    if isinstance(error, TelegramError):
        return error_name(error)
    if isinstance(error, TimeoutError):
        return "no response in time"
    return type(error).__name__
