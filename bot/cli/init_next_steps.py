"""What is left to do for a bot whose settings are written."""

from collections.abc import Mapping, Sequence

from bot.core.diagnostic import Diagnostic

ADMIN = (
    "Telegram: add the bot to your group and make it an admin there (the group's page, Edit >"
    " Administrators > Add Admin; it needs none of the rights): only admins see reactions"
)
UNCHECKED = {
    "Discord": (
        "Discord: see that Message Content Intent is on at"
        " https://discord.com/developers/applications > Bot, and invite the bot by the link that"
        " emoji-reactor doctor shows",
    ),
    "Telegram": (
        "Telegram: send /setprivacy to @BotFather, choose the bot, press Disable, before you add it"
        " to a group",
    ),
}
TOKENS = (
    "get a token, as README.md says, then emoji-reactor init --update{config}, or set DISCORD_TOKEN"
    " or TELEGRAM_TOKEN"
)


def steps(findings: Mapping[str, Sequence[Diagnostic]], config: str = "") -> list[str]:
    """In order, the last one starts the bot.

    ``findings`` are what each platform said whose token is known, none where it was not asked or
    did not answer; ``config`` is what commands have to be given.
    """
    told: list[str] = [] if findings else [TOKENS.format(config=config)]
    for platform, found in findings.items():
        if _answered(found):
            told += [f"{platform}: {finding.remedy}" for finding in found if finding.remedy]
        else:
            told += UNCHECKED[platform]
        if platform == "Telegram":
            told.append(ADMIN)
    if any(not _answered(found) for found in findings.values()):
        told.append(f"emoji-reactor doctor{config}, which checks what could not be checked now")
    return [*told, f"emoji-reactor run{config}"]


def _answered(found: Sequence[Diagnostic]) -> bool:
    return bool(found) and not any(f.check.endswith(".connection") for f in found)
