"""``/why``: the scores behind an outcome."""

from bot.adapters.telegram.command_context import CommandContext
from bot.core.messages.explanation import explain_outcome


async def why(command: CommandContext) -> None:
    """Tell the scores behind an answer."""
    if command.replied_ref is None:
        await command.reply(command.localize("why.usage"))
        return
    answer = await command.context.services.service.recorded_outcome(command.replied_ref)
    await command.reply(
        command.localize("why.unknown")
        if answer is None
        else explain_outcome(answer, command.language)
    )
