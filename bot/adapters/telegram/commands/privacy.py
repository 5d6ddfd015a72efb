"""Commands about a member's own data and wishes."""

import json
from collections.abc import Awaitable, Callable, Mapping

from telegram import CallbackQuery, Chat, InlineKeyboardMarkup

from bot.adapters.telegram.buttons import choice
from bot.adapters.telegram.command_context import Ask
from bot.adapters.telegram.context import Parts
from bot.adapters.telegram.translate import NAME, thread
from bot.core.errors import StoreFailed
from bot.core.events import MemberKey
from bot.i18n import TERMS_VERSION, say

Wish = Callable[[Ask, int], Awaitable[None]]


def alone(wish: Wish) -> Callable[[Ask], Awaitable[None]]:
    """A command that one person gives for themselves; a wish that fails to be kept is told."""

    async def handle(ask: Ask) -> None:
        if ask.user is None:
            await ask.tell(ask.words("error.private_only"))
            return
        try:
            await wish(ask, ask.user)
        except StoreFailed:
            await ask.tell(ask.words("error.not_stored"))

    return handle


@alone
async def privacy(ask: Ask, user: int) -> None:
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
        data = await ask.parts.core.service.wishes.member_data(NAME, ask.parts.member(user))
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
async def forget(ask: Ask, user: int) -> None:
    """Ask before erasing."""
    names = [("forget", ask.words("forget.yes")), ("keep", ask.words("forget.no"))]
    await ask.tell(ask.words("forget.ask"), choice(user, names))


@alone
async def optout(ask: Ask, user: int) -> None:
    """Leave the member alone from now on."""
    await ask.parts.core.service.wishes.opt_out(NAME, ask.parts.member(user))
    await ask.tell(ask.words("optout.done"))


@alone
async def optin(ask: Ask, user: int) -> None:
    """Take an opt-out back."""
    await ask.parts.core.service.wishes.opt_in(NAME, ask.parts.member(user))
    await ask.tell(ask.words("optin.done"))


@alone
async def consent(ask: Ask, user: int) -> None:
    """Say what is asked and for what, and let the member agree or take it back."""
    member = ask.parts.member(user)
    if await ask.parts.core.store.opted_out(NAME, member):
        await ask.tell(ask.words("consent.opted_out"))
        return
    given = await ask.parts.core.service.wishes.consented(NAME, member)
    days = ask.parts.core.privacy.text_retention_days
    lines = [
        ask.words("consent.title", version=TERMS_VERSION),
        ask.words("consent.terms", days=days),
        _standing(given, ask.language),
    ]
    await ask.tell("\n\n".join(lines), _terms_buttons(user, given, ask.language))


def _standing(given: str | None, language: str) -> str:
    if given is None:
        return say("consent.inactive", language)
    key = "consent.active" if given == TERMS_VERSION else "consent.outdated"
    return say(key, language, version=given)


def _terms_buttons(user: int, given: str | None, language: str) -> InlineKeyboardMarkup:
    names = [] if given == TERMS_VERSION else ["agree"]
    names.append("decline" if given is None else "revoke")
    return choice(user, [(name, say(f"consent.{name}", language)) for name in names])


async def pressed(parts: Parts, query: CallbackQuery, rest: str) -> str:
    """Do what a member's own button says, once: the buttons go."""
    language = query.from_user.language_code
    user, _, name = rest.partition(":")
    if user != str(query.from_user.id):
        return say("error.not_yours", language)
    if name not in _DONE:
        return say("error.expired", language)
    try:
        told = await _DONE[name](parts, parts.member(query.from_user.id), language)
    except StoreFailed:
        return say("error.not_stored", language)
    await parts.attempt(query.edit_message_text(told))
    return told


async def _forget(parts: Parts, member: MemberKey, language: str | None) -> str:
    count = await parts.core.service.wishes.forget(NAME, member)
    return say("forget.done", language, count=count)


async def _keep(parts: Parts, member: MemberKey, language: str | None) -> str:
    return say("forget.kept", language)


async def _agree(parts: Parts, member: MemberKey, language: str | None) -> str:
    if await parts.core.store.opted_out(NAME, member):
        return say("consent.opted_out", language)
    await parts.core.service.wishes.consent(NAME, member, TERMS_VERSION)
    return say("consent.given", language, version=TERMS_VERSION)


async def _decline(parts: Parts, member: MemberKey, language: str | None) -> str:
    return say("consent.declined", language)


async def _revoke(parts: Parts, member: MemberKey, language: str | None) -> str:
    await parts.core.service.wishes.consent(NAME, member, None)
    return say("consent.revoked", language)


_DONE: Mapping[str, Callable[[Parts, MemberKey, str | None], Awaitable[str]]] = {
    "forget": _forget,
    "keep": _keep,
    "agree": _agree,
    "decline": _decline,
    "revoke": _revoke,
}
