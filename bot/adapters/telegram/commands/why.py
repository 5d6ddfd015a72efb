"""``/why``: the scores behind an outcome."""

from bot.adapters.telegram.command_context import CommandContext
from bot.core.messages.explanation import explain_outcome


async def why(command: CommandContext) -> None:
    """Explain the outcome of the message that the command replies to."""
    if command.replied_ref is None:
        await command.reply(command.localize("why.usage"))
        return
    recorded = await command.context.services.service.recorded_outcome(command.replied_ref)
    await command.reply(
        command.localize("why.unknown")
        if recorded is None
        else explain_outcome(recorded, command.language)
    )
