"""The privacy commands, which a member gives for themselves."""

from collections.abc import Awaitable, Callable

from telegram import CallbackQuery, Chat, InlineKeyboardMarkup

from bot.adapters.telegram.buttons import member_buttons
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.refs import thread_of
from bot.core.errors import StoreFailed
from bot.core.members.privacy import DATA_FILENAME, Prompt
from bot.i18n import localize

MemberCommand = Callable[[CommandContext, int], Awaitable[None]]


def of_member(command: MemberCommand) -> Callable[[CommandContext], Awaitable[None]]:
    """Refuse the command to groups and channels, and report a failing store."""

    async def handle(context: CommandContext) -> None:
        if context.user is None:
            await context.reply(context.localize("error.private_only"))
            return
        try:
            await command(context, context.user)
        except StoreFailed:
            await context.reply(context.localize("error.not_stored"))

    return handle


@of_member
async def privacy(command: CommandContext, user: int) -> None:
    """Describe what is kept, and in a private chat send the member's data."""
    context, message = command.context, command.message
    text = context.privacy_commands.describe(command.language)
    if message.chat.type != Chat.PRIVATE:
        await command.reply(f"{text}\n\n{command.localize('privacy.own_private')}")
        return
    await command.reply(text)
    await context.attempt(
        context.bot.send_document(
            message.chat_id,
            await context.privacy_commands.data_file(context.member(user)),
            caption=command.localize("privacy.own"),
            filename=DATA_FILENAME,
            message_thread_id=thread_of(message),
        )
    )


@of_member
async def forget(command: CommandContext, user: int) -> None:
    """Ask for confirmation of the erasure."""
    await _reply(command, user, command.context.privacy_commands.ask_to_forget(command.language))


@of_member
async def optout(command: CommandContext, user: int) -> None:
    """Record an opt-out."""
    context = command.context
    await command.reply(
        await context.privacy_commands.opt_out(context.member(user), command.language)
    )


@of_member
async def optin(command: CommandContext, user: int) -> None:
    """Revoke an opt-out."""
    context = command.context
    await command.reply(
        await context.privacy_commands.opt_in(context.member(user), command.language)
    )


@of_member
async def consent(command: CommandContext, user: int) -> None:
    """Show the terms, and let the member agree or revoke."""
    context = command.context
    prompt = await context.privacy_commands.ask_for_consent(context.member(user), command.language)
    await _reply(command, user, prompt)


@of_member
async def personal(command: CommandContext, user: int) -> None:
    """Explain preferences of the member's own, and let the member agree or revoke."""
    context = command.context
    prompt = await context.privacy_commands.ask_for_personal(context.member(user), command.language)
    await _reply(command, user, prompt)


async def _reply(command: CommandContext, user: int, prompt: Prompt) -> None:
    await command.reply(prompt.text, _buttons(user, prompt))


def _buttons(user: int, prompt: Prompt) -> InlineKeyboardMarkup | None:
    return member_buttons(user, prompt.choices) if prompt.choices else None


async def handle_callback(context: AdapterContext, query: CallbackQuery, data: str) -> str:
    """Carry out the choice of the member whom the buttons are for; return what to tell at once."""
    language = query.from_user.language_code
    user, _, name = data.partition(":")
    if user != str(query.from_user.id):
        return localize("error.not_yours", language)
    try:
        answer = await context.privacy_commands.choose(
            name, context.member(query.from_user.id), language
        )
    except StoreFailed:
        return localize("error.not_stored", language)
    buttons = _buttons(query.from_user.id, answer)
    await context.attempt(query.edit_message_text(answer.text, reply_markup=buttons))
    return "" if buttons else answer.text
