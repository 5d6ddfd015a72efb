"""The privacy commands, which a member gives for themselves."""

from bot.adapters.text_platform.commands.command import TextCommand
from bot.core.members.privacy import DATA_FILENAME, Prompt

_WORDS = {"forget": "yes", "keep": "no"}
"""Words after ``forget``, in the place of the names of its choices."""


async def privacy(command: TextCommand) -> str:
    """Describe what is kept, and in a private chat send the member's data."""
    text = command.services.privacy_commands.describe(command.language)
    if not command.message.is_private:
        return f"{text}\n\n{command.localize('privacy.own_private')}"
    data = await command.services.privacy_commands.data_file(command.member)
    await command.message.responder.send_file(data, DATA_FILENAME, command.localize("privacy.own"))
    return text


async def forget(command: TextCommand) -> str:
    """Erase what is kept, after a question."""
    prompt = command.services.privacy_commands.ask_to_forget(command.language)
    return await _choose(command, "forget", prompt)


async def opt_out(command: TextCommand) -> str:
    """Record an opt-out."""
    return await command.services.privacy_commands.opt_out(command.member, command.language)


async def opt_in(command: TextCommand) -> str:
    """Revoke an opt-out."""
    return await command.services.privacy_commands.opt_in(command.member, command.language)


async def consent(command: TextCommand) -> str:
    """Show the terms, and let the member agree or revoke."""
    commands = command.services.privacy_commands
    prompt = await commands.ask_for_consent(command.member, command.language)
    return await _choose(command, "consent", prompt)


async def personal(command: TextCommand) -> str:
    """Explain preferences of the member's own, and let the member agree or revoke."""
    commands = command.services.privacy_commands
    prompt = await commands.ask_for_personal(command.member, command.language)
    return await _choose(command, "personal", prompt)


async def _choose(command: TextCommand, name: str, prompt: Prompt) -> str:
    """Carry out the choice that stands after the command; without one, ask."""
    words = {_WORDS.get(choice, choice): choice for choice, _ in prompt.choices}
    if chosen := words.get(command.argument.casefold()):
        commands = command.services.privacy_commands
        return (await commands.choose(chosen, command.member, command.language)).text
    labels = [label for _, label in prompt.choices]
    lines = [f"/{name} {word} – {label}" for word, label in zip(words, labels, strict=True)]
    return "\n".join([prompt.text, "", *lines])
