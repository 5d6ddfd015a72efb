"""``emoji-reactor mcp``: the tools for agents, for a host that starts this program."""

import asyncio

from bot.app.serve import run_tools
from bot.cli.options import ConfigFile, initialize


def mcp(config: ConfigFile = None) -> None:
    """Offer tools for agents on standard input and output. Needs the extra mcp.

    They are suggest_emoji and tell_emoji_feedback; docs/api.md has a host's settings.

    Example: emoji-reactor mcp --config config.toml
    """
    settings, credentials = initialize(config)
    asyncio.run(run_tools(settings, credentials))
