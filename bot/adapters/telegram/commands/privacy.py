"""Commands about a member's own data and wishes."""

import json
from collections.abc import Awaitable, Callable, Mapping

from telegram import CallbackQuery, Chat, InlineKeyboardMarkup

from bot.adapters.telegram.buttons import member_buttons
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.events import NAME, thread_of
from bot.core.errors import StoreFailed
from bot.core.events import MemberKey
from bot.i18n import TERMS_VERSION, localize

Wish = Callable[[CommandContext, int], Awaitable[None]]


def alone(wish: Wish) -> Callable[[CommandContext], Awaitable[None]]:
    """A command that one person gives for themselves; a wish that fails to be kept is told."""

    async def handle(command: CommandContext) -> None:
        if command.user is None:
            await command.reply(command.localize("error.private_only"))
            return
        try:
            await wish(command, command.user)
        except StoreFailed:
            await command.reply(command.localize("error.not_stored"))

    return handle


@alone
async def privacy(command: CommandContext, user: int) -> None:
    """Tell what is kept, and in private send the member what is kept about them."""
    given = command.context.services.privacy
    lines = [
        command.localize("privacy.intro"),
        command.localize("privacy.rows", days=given.retention_days),
        command.localize("privacy.texts_consented", days=given.text_retention_days),
        command.localize("privacy.model"),
        command.localize("privacy.commands"),
    ]
    private = command.message.chat.type == Chat.PRIVATE
    if not private:
        lines.append(command.localize("privacy.own_private"))
    await command.reply("\n\n".join(lines))
    if private:
        data = await command.context.services.service.member_requests.member_data(
            NAME, command.context.member(user)
        )
        file = json.dumps(data, ensure_ascii=False, indent=2).encode()
        caption = command.localize("privacy.own")
        await command.context.attempt(
            command.context.bot.send_document(
                command.message.chat_id,
                file,
                caption=caption,
                filename="emoji-reactor.json",
                message_thread_id=thread_of(command.message),
            )
        )


@alone
async def forget(command: CommandContext, user: int) -> None:
    """Ask before erasing."""
    names = [("forget", command.localize("forget.yes")), ("keep", command.localize("forget.no"))]
    await command.reply(command.localize("forget.ask"), member_buttons(user, names))


@alone
async def optout(command: CommandContext, user: int) -> None:
    """Leave the member alone from now on."""
    await command.context.services.service.member_requests.opt_out(
        NAME, command.context.member(user)
    )
    await command.reply(command.localize("optout.done"))


@alone
async def optin(command: CommandContext, user: int) -> None:
    """Take an opt-out back."""
    await command.context.services.service.member_requests.opt_in(
        NAME, command.context.member(user)
    )
    await command.reply(command.localize("optin.done"))


@alone
async def consent(command: CommandContext, user: int) -> None:
    """Say what is asked and for what, and let the member agree or take it back."""
    member = command.context.member(user)
    if await command.context.services.store.members.is_opted_out(NAME, member):
        await command.reply(command.localize("consent.opted_out"))
        return
    given = await command.context.services.service.member_requests.consent_version(NAME, member)
    days = command.context.services.privacy.text_retention_days
    lines = [
        command.localize("consent.title", version=TERMS_VERSION),
        command.localize("consent.terms", days=days),
        _standing(given, command.language),
    ]
    await command.reply("\n\n".join(lines), _terms_buttons(user, given, command.language))


def _standing(given: str | None, language: str) -> str:
    if given is None:
        return localize("consent.inactive", language)
    key = "consent.active" if given == TERMS_VERSION else "consent.outdated"
    return localize(key, language, version=given)


def _terms_buttons(user: int, given: str | None, language: str) -> InlineKeyboardMarkup:
    names = [] if given == TERMS_VERSION else ["agree"]
    names.append("decline" if given is None else "revoke")
    return member_buttons(user, [(name, localize(f"consent.{name}", language)) for name in names])


async def handle_callback(context: AdapterContext, query: CallbackQuery, rest: str) -> str:
    """Do what a member's own button says, once: the buttons go."""
    language = query.from_user.language_code
    user, _, name = rest.partition(":")
    if user != str(query.from_user.id):
        return localize("error.not_yours", language)
    if name not in _DONE:
        return localize("error.expired", language)
    try:
        told = await _DONE[name](context, context.member(query.from_user.id), language)
    except StoreFailed:
        return localize("error.not_stored", language)
    await context.attempt(query.edit_message_text(told))
    return told


async def _forget(context: AdapterContext, member: MemberKey, language: str | None) -> str:
    count = await context.services.service.member_requests.forget(NAME, member)
    return localize("forget.done", language, count=count)


async def _keep(context: AdapterContext, member: MemberKey, language: str | None) -> str:
    return localize("forget.kept", language)


async def _agree(context: AdapterContext, member: MemberKey, language: str | None) -> str:
    if await context.services.store.members.is_opted_out(NAME, member):
        return localize("consent.opted_out", language)
    await context.services.service.member_requests.consent(NAME, member, TERMS_VERSION)
    return localize("consent.given", language, version=TERMS_VERSION)


async def _decline(context: AdapterContext, member: MemberKey, language: str | None) -> str:
    return localize("consent.declined", language)


async def _revoke(context: AdapterContext, member: MemberKey, language: str | None) -> str:
    await context.services.service.member_requests.consent(NAME, member, None)
    return localize("consent.revoked", language)


_DONE: Mapping[str, Callable[[AdapterContext, MemberKey, str | None], Awaitable[str]]] = {
    "forget": _forget,
    "keep": _keep,
    "agree": _agree,
    "decline": _decline,
    "revoke": _revoke,
}
