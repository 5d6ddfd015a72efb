"""``/rules``: a community's own emojis for words, for those who manage the server."""

import discord
from discord import app_commands

from bot.adapters.discord import events
from bot.adapters.discord.command_context import (
    acknowledge,
    file_of,
    language_of,
    localized,
    respond,
    respond_framed,
    respond_with_file,
    shortened,
)
from bot.adapters.discord.commands.autocomplete import MAX_SUGGESTIONS
from bot.adapters.discord.commands.channel_option import ChannelOption
from bot.adapters.discord.commands.manager_group import ManagerGroup
from bot.adapters.discord.context import Interaction, context_of, emojis_of
from bot.adapters.discord.emojis import Emojis, without_markup
from bot.core.chat_settings.list_types import read_emojis
from bot.core.export_files import ExportFileError, check_size
from bot.core.rules.commands import EXPORT_FILENAME, RuleMarkup
from bot.core.rules.rule import MAX_PATTERN_LENGTH, InvalidRule, Rule
from bot.core.rules.validation import ReactionLimits
from bot.i18n import localize


@app_commands.default_permissions(manage_guild=True)
class RulesGroup(ManagerGroup):
    """The subcommands add, list, remove, export and import."""

    def __init__(self) -> None:
        """Describe the group."""
        super().__init__(name="rules", description=localized("command.rules"))

    @app_commands.command(description=localized("rules.about_add"))
    @app_commands.describe(
        pattern=localized("option.pattern"),
        emojis=localized("option.emojis"),
        percentage=localized("option.percentage"),
        channel=localized("option.rule_channel"),
        role=localized("option.rule_role"),
    )
    async def add(
        self,
        interaction: Interaction,
        pattern: app_commands.Range[str, 1, MAX_PATTERN_LENGTH],
        emojis: str,
        percentage: app_commands.Range[float, 0, 100] = 100.0,
        channel: ChannelOption | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Add a rule."""
        await acknowledge(interaction)
        language, known = language_of(interaction), emojis_of(interaction)
        try:
            rule = Rule(
                pattern=pattern,
                emojis=_read_emojis(emojis),
                chance=percentage / 100,
                chats=frozenset() if channel is None else frozenset((str(channel.id),)),
                roles=frozenset() if role is None else frozenset((str(role.id),)),
            )
        except InvalidRule as error:
            await respond(interaction, error.explain(language))
            return
        text = await context_of(interaction).rule_commands.add(
            events.interaction_ref(interaction), rule, _limits(known), _markup(known), language
        )
        await respond(interaction, shortened(text))

    @app_commands.command(name="list", description=localized("rules.about_list"))
    async def list_(self, interaction: Interaction) -> None:
        """Show all rules."""
        await acknowledge(interaction)
        text = await context_of(interaction).rule_commands.describe_all(
            events.interaction_ref(interaction),
            _markup(emojis_of(interaction)),
            language_of(interaction),
        )
        await respond_framed(interaction, text)

    @app_commands.command(description=localized("rules.about_remove"))
    @app_commands.describe(number=localized("option.rule_number"))
    async def remove(self, interaction: Interaction, number: int) -> None:
        """Remove a rule by its number."""
        await acknowledge(interaction)
        ref, language = events.interaction_ref(interaction), language_of(interaction)
        text = await context_of(interaction).rule_commands.remove(ref, number, language)
        await respond(interaction, text)

    @remove.autocomplete("number")
    async def _numbers(
        self, interaction: Interaction, typed: int | str
    ) -> list[app_commands.Choice[int]]:
        rules = await context_of(interaction).rule_commands.rules(
            events.interaction_ref(interaction)
        )
        lines = {rule.number: f"{rule.number}. {_PLAIN.describe(rule)}" for rule in rules}
        return [
            app_commands.Choice(name=line[:100], value=number)
            for number, line in lines.items()
            if str(typed).casefold() in line.casefold()
        ][:MAX_SUGGESTIONS]

    @app_commands.command(description=localized("rules.about_export"))
    async def export(self, interaction: Interaction) -> None:
        """Send the rules as a file."""
        await acknowledge(interaction)
        content = await context_of(interaction).rule_commands.export(
            events.interaction_ref(interaction)
        )
        text = localize("rules.exported", language_of(interaction))
        await respond_with_file(interaction, text, file_of(content, EXPORT_FILENAME))

    @app_commands.command(name="import", description=localized("rules.about_import"))
    @app_commands.describe(file=localized("rules.about_file"))
    async def import_(self, interaction: Interaction, file: discord.Attachment) -> None:
        """Replace the rules by those of a file."""
        await acknowledge(interaction)
        language = language_of(interaction)
        try:
            check_size(file.size)
        except ExportFileError as error:
            await respond(interaction, localize("rules.unreadable", language, cause=error))
            return
        text = await context_of(interaction).rule_commands.import_file(
            events.interaction_ref(interaction),
            await file.read(),
            _limits(emojis_of(interaction)),
            language,
        )
        await respond(interaction, shortened(text))


def _read_emojis(text: str) -> tuple[str, ...]:
    try:
        return tuple(read_emojis(without_markup(text)))
    except ValueError:
        raise InvalidRule("rules.no_emoji") from None


def _limits(emojis: Emojis) -> ReactionLimits:
    return ReactionLimits(lambda emoji: emojis.to_wire(emoji) is not None)


def _markup(emojis: Emojis) -> RuleMarkup:
    return RuleMarkup(
        emoji=lambda emoji: str(emojis.written(emoji) or emoji),
        chat="<#{}>".format,
        role="<@&{}>".format,
    )


_PLAIN = RuleMarkup()
"""For suggestions, which show no markup."""
