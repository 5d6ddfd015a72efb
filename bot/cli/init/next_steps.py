"""Remaining steps for a bot whose settings are written."""

from collections.abc import Mapping, Sequence

from bot.core.diagnostic import Diagnostic
from bot.platforms import TOKEN_VARIABLES, Platform


def next_steps(
    diagnostics: Mapping[Platform, Sequence[Diagnostic]],
    start: Sequence[str],
    config_option: str = "",
) -> list[str]:
    """Return the steps in order; the last ones start the bot.

    Args:
        diagnostics: answers of each platform with a token; empty if it was not asked or did not
            answer.
        start: the steps that start the bot.
        config_option: the option that commands need to find the settings.
    """
    steps: list[str] = []
    for platform, answers in diagnostics.items():
        steps += [f"{platform.display_name}: {step}" for step in _platform_steps(platform, answers)]
    if not diagnostics:
        variables = " or ".join(TOKEN_VARIABLES)
        steps.append(
            f"get a token, as README.md says, then emoji-reactor init --update{config_option}, or"
            f" set {variables}"
        )
    if not all(map(_has_answered, diagnostics.values())):
        steps.append(
            f"emoji-reactor doctor{config_option}, which checks what could not be checked now"
        )
    return [*steps, *start]


def _platform_steps(platform: Platform, answers: Sequence[Diagnostic]) -> list[str]:
    if _has_answered(answers):
        steps = [diagnostic.remedy for diagnostic in answers if diagnostic.remedy]
    else:
        steps = list(platform.unverified_steps)
    return [*steps, *platform.final_steps]


def _has_answered(answers: Sequence[Diagnostic]) -> bool:
    return bool(answers) and not any(d.check.endswith(".connection") for d in answers)
