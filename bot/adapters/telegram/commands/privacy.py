"""Commands about a member's own data and wishes."""

import json
from collections.abc import Awaitable, Callable, Mapping

from telegram import CallbackQuery, Chat, InlineKeyboardMarkup

from bot.adapters.telegram.buttons import choice
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.events import NAME, thread
from bot.core.errors import StoreFailed
from bot.core.events import MemberKey
from bot.i18n import TERMS_VERSION, localize

Wish = Callable[[CommandContext, int], Awaitable[None]]


def alone(wish: Wish) -> Callable[[CommandContext], Awaitable[None]]:
    """A command that one person gives for themselves; a wish that fails to be kept is told."""

    async def handle(ask: CommandContext) -> None:
        if ask.user is None:
            await ask.tell(ask.words("error.private_only"))
            return
        try:
            await wish(ask, ask.user)
        except StoreFailed:
            await ask.tell(ask.words("error.not_stored"))

    return handle


@alone
async def privacy(ask: CommandContext, user: int) -> None:
    """Tell what is kept, and in private send the member what is kept about them."""
    given = ask.parts.core.privacy
    lines = [
        ask.words("privacy.intro"),
        ask.words("privacy.rows", days=given.retention_days),
        ask.words("privacy.texts_consented", days=given.text_retention_days),
        ask.words("privacy.model"),
        ask.words("privacy.commands"),
    ]
    private = ask.message.chat.type == Chat.PRIVATE
    if not private:
        lines.append(ask.words("privacy.own_private"))
    await ask.tell("\n\n".join(lines))
    if private:
        data = await ask.parts.core.service.member_requests.member_data(
            NAME, ask.parts.member(user)
        )
        file = json.dumps(data, ensure_ascii=False, indent=2).encode()
        caption = ask.words("privacy.own")
        await ask.parts.attempt(
            ask.parts.bot.send_document(
                ask.message.chat_id,
                file,
                caption=caption,
                filename="emoji-reactor.json",
                message_thread_id=thread(ask.message),
            )
        )


@alone
async def forget(ask: CommandContext, user: int) -> None:
    """Ask before erasing."""
    names = [("forget", ask.words("forget.yes")), ("keep", ask.words("forget.no"))]
    await ask.tell(ask.words("forget.ask"), choice(user, names))


@alone
async def optout(ask: CommandContext, user: int) -> None:
    """Leave the member alone from now on."""
    await ask.parts.core.service.member_requests.opt_out(NAME, ask.parts.member(user))
    await ask.tell(ask.words("optout.done"))


@alone
async def optin(ask: CommandContext, user: int) -> None:
    """Take an opt-out back."""
    await ask.parts.core.service.member_requests.opt_in(NAME, ask.parts.member(user))
    await ask.tell(ask.words("optin.done"))


@alone
async def consent(ask: CommandContext, user: int) -> None:
    """Say what is asked and for what, and let the member agree or take it back."""
    member = ask.parts.member(user)
    if await ask.parts.core.store.members.is_opted_out(NAME, member):
        await ask.tell(ask.words("consent.opted_out"))
        return
    given = await ask.parts.core.service.member_requests.consent_version(NAME, member)
    days = ask.parts.core.privacy.text_retention_days
    lines = [
        ask.words("consent.title", version=TERMS_VERSION),
        ask.words("consent.terms", days=days),
        _standing(given, ask.language),
    ]
    await ask.tell("\n\n".join(lines), _terms_buttons(user, given, ask.language))


def _standing(given: str | None, language: str) -> str:
    if given is None:
        return localize("consent.inactive", language)
    key = "consent.active" if given == TERMS_VERSION else "consent.outdated"
    return localize(key, language, version=given)


def _terms_buttons(user: int, given: str | None, language: str) -> InlineKeyboardMarkup:
    names = [] if given == TERMS_VERSION else ["agree"]
    names.append("decline" if given is None else "revoke")
    return choice(user, [(name, localize(f"consent.{name}", language)) for name in names])


async def pressed(parts: AdapterContext, query: CallbackQuery, rest: str) -> str:
    """Do what a member's own button says, once: the buttons go."""
    language = query.from_user.language_code
    user, _, name = rest.partition(":")
    if user != str(query.from_user.id):
        return localize("error.not_yours", language)
    if name not in _DONE:
        return localize("error.expired", language)
    try:
        told = await _DONE[name](parts, parts.member(query.from_user.id), language)
    except StoreFailed:
        return localize("error.not_stored", language)
    await parts.attempt(query.edit_message_text(told))
    return told


async def _forget(parts: AdapterContext, member: MemberKey, language: str | None) -> str:
    count = await parts.core.service.member_requests.forget(NAME, member)
    return localize("forget.done", language, count=count)


async def _keep(parts: AdapterContext, member: MemberKey, language: str | None) -> str:
    return localize("forget.kept", language)


async def _agree(parts: AdapterContext, member: MemberKey, language: str | None) -> str:
    if await parts.core.store.members.is_opted_out(NAME, member):
        return localize("consent.opted_out", language)
    await parts.core.service.member_requests.consent(NAME, member, TERMS_VERSION)
    return localize("consent.given", language, version=TERMS_VERSION)


async def _decline(parts: AdapterContext, member: MemberKey, language: str | None) -> str:
    return localize("consent.declined", language)


async def _revoke(parts: AdapterContext, member: MemberKey, language: str | None) -> str:
    await parts.core.service.member_requests.consent(NAME, member, None)
    return localize("consent.revoked", language)


_DONE: Mapping[str, Callable[[AdapterContext, MemberKey, str | None], Awaitable[str]]] = {
    "forget": _forget,
    "keep": _keep,
    "agree": _agree,
    "decline": _decline,
    "revoke": _revoke,
}
