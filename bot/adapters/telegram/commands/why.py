"""``/why``: the scores behind an outcome."""

from bot.adapters.telegram.command_context import CommandContext
from bot.core.messages.explanation import explain


async def why(ask: CommandContext) -> None:
    """Tell the scores behind an answer."""
    if ask.meant is None:
        await ask.tell(ask.words("why.usage"))
        return
    answer = await ask.parts.core.service.recorded_outcome(ask.meant)
    await ask.tell(ask.words("why.unknown") if answer is None else explain(answer, ask.language))
