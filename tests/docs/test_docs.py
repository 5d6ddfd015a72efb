"""The docs: generated parts are current, commands parse, and offline commands run."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.cli import app
from bot.config.settings import known_keys
from tests.cli.conftest import CommandLine
from tools.build_docs import (
    CLI,
    OPERATING,
    README,
    ROOT,
    parse_example,
    render_reference,
    replace_output,
    run_module,
    settings_table,
    with_settings_table,
    with_tables,
)

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
ROUNDING = 0.02
"""Tolerance of scores: processors round int8 products differently."""
OFFLINE = {
    "predict",
    "chat",
    "db",
    "feedback",
    "model info",
    "preferences",
    "push dataset",
    "init --yes",
}
"""Commands that end by themselves in an empty folder, without the Hub and training."""
BLOCK = re.compile(r"^ *```(?P<language>\w+)\n(?P<code>.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)(?P<path>[^)#]+)")


def code_blocks(page: Path, *languages: str) -> Iterator[str]:
    for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if found["language"] in languages:
            yield found["code"]


def commands_of(page: Path) -> Iterator[list[str]]:
    """Yield the arguments of each call of the program in the shell blocks of a page."""
    for code in code_blocks(page, "sh", "console"):
        for line in code.replace("\\\n", " ").splitlines():
            for call in re.split(r"[|<]", line):
                words = shlex.split(call.strip().removeprefix("$ "), comments=True)
                if words[:2] == ["sudo", "-u"]:
                    words = words[3:]
                if words and words[0].rpartition("/")[2] == "emoji-reactor":
                    yield words[1 : words.index(">")] if ">" in words else words[1:]


def every_command() -> list[tuple[str, list[str]]]:
    pages = [page for page in PAGES if page != CLI]
    return [(page.name, arguments) for page in pages for arguments in commands_of(page)]


def parse(arguments: list[str]) -> None:
    """Parse the arguments as the program does, without running the command."""
    command = typer.main.get_command(app)
    context = command.make_context("emoji-reactor", list(arguments))
    while isinstance(command, typer.core.TyperGroup):
        name, found, rest = command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        assert name is not None
        assert found is not None
        command, context = found, found.make_context(name, rest, parent=context)


def test_the_reference_is_current() -> None:
    assert CLI.read_text(encoding="utf-8") == render_reference(), "make docs refreshes it"


def test_the_example_has_the_predictions_of_the_shipped_artifact() -> None:
    arguments, output = parse_example(README.read_text(encoding="utf-8"))
    answers = run_module("bot", *arguments, "--json", "--top-k", "20").splitlines()
    assert len(output.splitlines()) == len(answers)
    for line, answer in zip(output.splitlines(), answers, strict=True):
        now = {each["emoji"]: each["score"] for each in json.loads(answer)["predictions"]}
        shown = [each.split() for each in line.split("  ")]
        assert [float(score) for _, score in shown] == pytest.approx(
            list(now.values())[:5], abs=ROUNDING
        ), "make docs refreshes them"
        for emoji, score in shown:
            assert now.get(emoji, 0) == pytest.approx(float(score), abs=ROUNDING), emoji


def test_a_refresh_changes_only_the_output() -> None:
    readme = README.read_text(encoding="utf-8")
    arguments, output = parse_example(readme)
    other = replace_output(readme, "🎉 1.00\n")
    assert parse_example(other) == (arguments, "🎉 1.00\n")
    assert replace_output(other, output) == readme


@pytest.mark.parametrize(("page", "arguments"), every_command())
def test_every_command_in_the_docs_exists(
    page: str, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in arguments:  # files that earlier commands would have written
        if name.startswith("runs/"):
            Path(name).mkdir(parents=True, exist_ok=True)
        elif name.endswith((".json", ".csv", ".txt")):
            Path(name).touch()
    parse(arguments)


def test_a_command_that_does_not_exist_is_found() -> None:
    with pytest.raises(typer.TyperException):
        parse(["model", "promote", "--roll-back"])


@pytest.mark.parametrize(
    "arguments",
    [
        arguments
        for page, arguments in every_command()
        if page == "README.md" and {arguments[0], " ".join(arguments[:2])} & OFFLINE
    ],
)
def test_commands_of_the_readme_run(
    cli: CommandLine, empty_folder: Path, arguments: list[str]
) -> None:
    if "import" in arguments:
        assert cli("preferences", "export", "console", "console").status == 0
        (empty_folder / arguments[-1]).write_text(cli("preferences", "export", *arguments[2:4]).out)
    ended = cli(*arguments)
    assert (ended.status, "Error" in ended.err) == (0, False), ended.err


def test_python_in_the_readme_runs() -> None:
    [code] = code_blocks(README, "python")
    namespace: dict[str, Any] = {}
    exec(code, namespace)  # noqa: S102 - our own page
    assert len(namespace["five"]) == 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_link_targets_exist(page: Path) -> None:
    for found in LINK.finditer(page.read_text(encoding="utf-8")):
        assert (page.parent / found["path"]).exists(), found["path"]


def test_operating_names_every_setting() -> None:
    output = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert [key for key in known_keys() if f"`{key}`" not in output] == []


def test_the_table_of_chat_settings_is_that_of_the_schema() -> None:
    page = OPERATING.read_text(encoding="utf-8")
    assert settings_table() in page
    assert page == with_settings_table(page), "make docs refreshes it"


def test_the_table_of_metrics_is_current() -> None:
    page = OPERATING.read_text(encoding="utf-8")
    assert "`emoji_reactor_messages_total`" in page
    assert page == with_tables(page), "make docs refreshes it"


def test_make_targets_in_the_docs_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in PAGES:
        for target in re.findall(
            r"`make (\w+)`|^make (\w+)", page.read_text("utf-8"), re.MULTILINE
        ):
            name = "".join(target)
            assert re.search(rf"^{name}:", makefile, re.MULTILINE), f"{page.name}: make {name}"
