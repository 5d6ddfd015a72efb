"""Registry of the chat platforms: one entry for each, from which the rest of the program reads."""

from dataclasses import dataclass
from importlib.util import find_spec
from pkgutil import resolve_name
from typing import Any


@dataclass(frozen=True, slots=True)
class Platform:
    """A chat platform; its library is imported when ``load_*`` is called, not before."""

    name: str
    """Name in the database and on the command line, and the section of the settings."""
    display_name: str
    token_variable: str
    """Environment variable of the token; ``..._FILE`` may name a file instead."""
    adapter_builder: str
    """``module:function`` of a ``bot.app.adapters.BuildAdapter``."""
    diagnostics: str
    """``module:function`` of a ``bot.diagnostics.ExaminePlatform``."""
    setup_steps: tuple[str, ...]
    """Instructions of ``init`` for getting a token, in order."""
    unverified_steps: tuple[str, ...]
    """Next steps after ``init`` when the platform could not be asked about the token."""
    final_steps: tuple[str, ...] = ()
    """Next steps after ``init`` in any case."""
    library: str = ""
    """Package of the extra named like the platform; empty if it is always installed."""
    required_setting: str = ""
    """Key of the section without which a token is of no use; ``init`` asks for it."""

    @property
    def is_installed(self) -> bool:
        """True if the platform's library can be imported."""
        return not self.library or find_spec(self.library) is not None

    @property
    def installation(self) -> str:
        """The command that installs the platform's library."""
        return f"pip install 'emoji-reactor[{self.name}]'"

    def load_adapter_builder(self) -> Any:  # noqa: ANN401 - the caller's protocol types it
        """Import and return the function that builds the adapter."""
        return resolve_name(self.adapter_builder)

    def load_diagnostics(self) -> Any:  # noqa: ANN401 - the caller's protocol types it
        """Import and return the function that checks the token."""
        return resolve_name(self.diagnostics)


DISCORD = Platform(
    name="discord",
    display_name="Discord",
    token_variable="DISCORD_TOKEN",  # noqa: S106 - the variable's name
    adapter_builder="bot.adapters.discord:build_adapter",
    diagnostics="bot.adapters.discord.diagnostics:diagnose",
    setup_steps=(
        "Open https://discord.com/developers/applications, press New Application, name it.",
        "On the page Bot, press Reset Token and copy the token.",
        "There, under Privileged Gateway Intents, turn Message Content Intent on, press Save"
        " Changes.",
    ),
    unverified_steps=(
        "see that Message Content Intent is on at https://discord.com/developers/applications >"
        " Bot, and invite the bot by the link that emoji-reactor doctor shows",
    ),
)

TELEGRAM = Platform(
    name="telegram",
    display_name="Telegram",
    token_variable="TELEGRAM_TOKEN",  # noqa: S106 - the variable's name
    adapter_builder="bot.adapters.telegram:build_adapter",
    diagnostics="bot.adapters.telegram.diagnostics:diagnose",
    setup_steps=(
        "Write /newbot to @BotFather, answer its two questions and copy the token.",
        "Write /setprivacy to it, choose the bot, press Disable: the bot sees what is said in"
        " groups.",
    ),
    unverified_steps=(
        "send /setprivacy to @BotFather, choose the bot, press Disable, before you add it to a"
        " group",
    ),
    final_steps=(
        "add the bot to your group and make it an admin there (the group's page, Edit >"
        " Administrators > Add Admin; it needs none of the rights): only admins see reactions",
    ),
)

MATRIX = Platform(
    name="matrix",
    display_name="Matrix",
    token_variable="MATRIX_TOKEN",  # noqa: S106 - the variable's name
    adapter_builder="bot.adapters.matrix:build_adapter",
    diagnostics="bot.adapters.matrix.diagnostics:diagnose",
    setup_steps=(
        "Register an account for the bot on a homeserver, for example with Element.",
        "Log in with it, open All settings > Help & About > Access Token and copy the token.",
        "Close that window without logging out: a log-out makes the token invalid.",
    ),
    unverified_steps=(
        "see that matrix.homeserver is the address of the bot's server, and that its account is"
        " logged in",
    ),
    final_steps=("invite the bot to a room without encryption: it cannot read encrypted ones",),
    library="nio",
    required_setting="homeserver",
)

PLATFORMS = (DISCORD, TELEGRAM, MATRIX)
TOKEN_VARIABLES = tuple(platform.token_variable for platform in PLATFORMS)
