"""``/why``: the scores behind an outcome."""

from bot.adapters.telegram.command_context import CommandContext
from bot.core.messages.explanation import explain_message


async def why(command: CommandContext) -> None:
    """Explain the outcome of the message that the command replies to."""
    if command.replied_ref is None:
        await command.reply(command.localize("why.usage"))
        return
    services = command.context.services
    recorded = await services.service.recorded_outcome(command.replied_ref)
    key = services.pseudonyms.message_key(command.replied_ref)
    await command.reply(explain_message(recorded, key, command.language))
