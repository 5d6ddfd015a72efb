"""Generate parts of the docs: docs/cli.md, README.md's predictions, chat settings, metrics.

``python -m tools.build_docs`` (``make docs``) after a change of the command line or the artifact.
"""

import html
import os
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

from bot.core.chat_settings.schema import EVERYWHERE, ChatSettings, ReactionSettings
from bot.core.chat_settings.setting import SETTINGS, Setting
from bot.i18n import FALLBACK
from bot.operations.metrics import catalogue

ROOT = Path(__file__).parents[1]
CLI = ROOT / "docs" / "cli.md"
README = ROOT / "README.md"
OPERATING = ROOT / "docs" / "operating.md"
PROGRAM = "emoji-reactor"

_PREDICT_BLOCK = re.compile(
    rf"(?<=^```console\n)\$ {PROGRAM} (?P<arguments>predict (?:.*\\\n)*.*)\n"
    r"(?P<output>(?:.*\n)*?)```$",
    re.MULTILINE,
)

_SETTINGS_TABLE = re.compile(r"(?<=<!-- chat settings -->\n).*?(?=<!-- end -->)", re.DOTALL)
_METRICS_TABLE = re.compile(r"(?<=<!-- metrics -->\n).*?(?=<!-- end -->)", re.DOTALL)
_OPERATOR_KEYS = {field.name for field in fields(ReactionSettings)}


def run_module(*arguments: str) -> str:
    """Return the output of a module of this checkout, run in an empty folder."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("EMOJI_")
    }
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", *arguments],
            cwd=folder,
            env={**environment, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout


def render_reference() -> str:
    """Return the command line's reference in Markdown, by Typer's own generator."""
    markdown = run_module("typer", "bot.cli", "utils", "docs", "--name", PROGRAM)
    # Typer escapes for HTML, which Markdown does not need for quotes and arrows.
    return html.unescape(markdown).strip() + "\n"


def parse_example(readme: str) -> tuple[list[str], str]:
    """Return the arguments of the README's ``predict``, and its output there.

    Raises:
        ValueError: there is no such block.
    """
    found = _PREDICT_BLOCK.search(readme)
    if found is None:
        raise ValueError(f"README.md has no console block that begins with $ {PROGRAM} predict")
    return shlex.split(found["arguments"].replace("\\\n", " ")), found["output"]


def replace_output(readme: str, output: str) -> str:
    """Return the README with another output of its ``predict``."""
    _, old = parse_example(readme)
    return readme.replace(f"\n{old}```", f"\n{output}```", 1)


def settings_table() -> str:
    """Return the settings of a chat as a Markdown table, from their schema."""
    head = "| setting | in the bot's words | values | default | `config.toml` | only on |"
    rows = [head, "|---|---|---|---|---|---|", *map(_settings_row, SETTINGS.values())]
    return "".join(f"{row}\n" for row in rows)


def _settings_row(setting: Setting) -> str:
    key = f"`reactions.{setting.name}`" if setting.name in _OPERATOR_KEYS else ""
    is_everywhere = setting.platforms == EVERYWHERE
    only_on = "" if is_everywhere else ", ".join(map(str.title, sorted(setting.platforms)))
    about, requirement = setting.about(FALLBACK), setting.type.requirement(FALLBACK)
    default = setting.format(ChatSettings(), FALLBACK)
    return f"| `{setting.name}` | {about} | {requirement} | {default} | {key} | {only_on} |"


def with_settings_table(page: str) -> str:
    """Return the page with the current table between its two comments."""
    return _SETTINGS_TABLE.sub(lambda _: settings_table(), page)


def metrics_table() -> str:
    """Return the metrics as a Markdown table."""
    rows = ["| metric | type | |", "|---|---|---|"]
    rows += [f"| `{name}` | {kind} | {about} |" for name, kind, about in catalogue()]
    return "".join(f"{row}\n" for row in rows)


def with_tables(page: str) -> str:
    """Return the page with the current tables between their comments."""
    return _METRICS_TABLE.sub(lambda _: metrics_table(), with_settings_table(page))


def main() -> None:
    """Write all."""
    CLI.write_text(render_reference(), encoding="utf-8")
    OPERATING.write_text(with_tables(OPERATING.read_text("utf-8")), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    arguments, _ = parse_example(readme)
    README.write_text(replace_output(readme, run_module("bot", *arguments)), encoding="utf-8")


if __name__ == "__main__":
    main()
