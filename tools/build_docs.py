"""Refresh what the docs quote of the program: docs/cli.md, and the answers in README.md.

``python -m tools.build_docs`` (``make docs``) after a change of the command line or the artifact.
"""

import html
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
CLI = ROOT / "docs" / "cli.md"
README = ROOT / "README.md"
PROGRAM = "emoji-reactor"

_ANSWERS = re.compile(
    rf"(?<=^```console\n)\$ {PROGRAM} (?P<arguments>predict (?:.*\\\n)*.*)\n"
    r"(?P<answers>(?:.*\n)*?)```$",
    re.MULTILINE,
)


def python(*arguments: str) -> str:
    """What a module of this checkout writes, run where no settings and no artifacts lie."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMOJI_")}
    with tempfile.TemporaryDirectory() as elsewhere:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", *arguments],
            cwd=elsewhere,
            env={**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout


def reference() -> str:
    """The command line as Markdown, by Typer's own generator."""
    written = python("typer", "bot.cli", "utils", "docs", "--name", PROGRAM)
    # Typer escapes for HTML, where quotes and arrows would not need it.
    return html.unescape(written).strip() + "\n"


def example(readme: str) -> tuple[list[str], str]:
    """The arguments of the README's ``predict``, and the answers that stand below it.

    Raises:
        ValueError: there is no such block.
    """
    found = _ANSWERS.search(readme)
    if found is None:
        raise ValueError(f"README.md has no console block that begins with $ {PROGRAM} predict")
    return shlex.split(found["arguments"].replace("\\\n", " ")), found["answers"]


def with_answers(readme: str, answers: str) -> str:
    """The README with other answers below its ``predict``."""
    _, old = example(readme)
    return readme.replace(f"\n{old}```", f"\n{answers}```", 1)


def main() -> None:
    """Write both."""
    CLI.write_text(reference(), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    arguments, _ = example(readme)
    README.write_text(with_answers(readme, python("bot", *arguments)), encoding="utf-8")


if __name__ == "__main__":
    main()
