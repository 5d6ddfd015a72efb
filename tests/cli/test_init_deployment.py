"""``init --deploy``: the files beside the settings, and those that are there already."""

import os
import re
from pathlib import Path

import pytest

from bot.cli.init.deployment.compose import FILES
from bot.cli.init.setup import prepare
from tests.cli.conftest import ROOT, CommandLine

INIT = ("init", "--yes", "--offline")
COMPOSE = (*INIT, "--deploy", "compose")


def test_compose_is_that_of_the_repository_with_passwords_of_its_own(cli: CommandLine) -> None:
    ended = cli(*COMPOSE)
    assert (ended.status, ended.err) == (0, "")
    for name in FILES:
        assert Path(name).read_text("utf-8") == (ROOT / "deploy" / name).read_text("utf-8")
    passwords = re.findall(r"^\w+_PASSWORD=([0-9a-f]{48})$", Path(".env").read_text(), re.MULTILINE)
    assert len(set(passwords)) == 2
    assert not any(password in ended.out for password in passwords)
    assert re.fullmatch(r"EMOJI_REACTOR_SECRET=[0-9a-f]{64}\n", Path("config.env").read_text())
    for name in (".env", "config.env"):
        assert Path(name).stat().st_mode & 0o777 == 0o600
    assert ended.out.rstrip().endswith(f"cd {Path.cwd()} && docker compose up --detach")


def test_the_secret_of_an_earlier_database_stays(cli: CommandLine) -> None:
    Path("emoji-reactor.db.secret").write_text("zanzibar" * 8 + "\n")
    assert cli(*COMPOSE).status == 0
    assert Path("config.env").read_text() == f"EMOJI_REACTOR_SECRET={'zanzibar' * 8}\n"


def test_compose_mounts_the_settings_by_their_name(cli: CommandLine) -> None:
    Path("one").mkdir()
    assert cli(*COMPOSE, "--config", "one/bot.toml").status == 0
    written = Path("one/compose.yaml").read_text("utf-8")
    assert "./bot.toml:/data/config.toml:ro" in written
    assert "env_file: [bot.env]" in written
    assert "./config.toml" not in written


def test_passwords_and_edited_files_stay(cli: CommandLine) -> None:
    cli(*COMPOSE)
    secrets = {name: Path(name).read_text() for name in (".env", "config.env")}
    edited = Path("compose.yaml").read_text("utf-8") + "# mine\n"
    Path("compose.yaml").write_text(edited, "utf-8")
    ended = cli(*COMPOSE, "--update")
    assert ended.status == 0
    assert "compose.yaml is there and stays as it is" in ended.out
    assert Path("compose.yaml").read_text("utf-8") == edited
    original = (ROOT / "deploy/compose.yaml").read_text("utf-8")
    assert Path("compose.yaml.new").read_text("utf-8") == original
    assert {name: Path(name).read_text() for name in secrets} == secrets
    assert not Path("prometheus.yml.new").exists()


def test_the_unit_names_the_settings(cli: CommandLine) -> None:
    ended = cli(*INIT, "--deploy", "systemd")
    assert (ended.status, ended.err) == (0, "")
    unit = Path("emoji-reactor.service").read_text("utf-8")
    assert f"run --config {Path.cwd() / 'config.toml'}\n" in unit
    assert "enable --now emoji-reactor" in ended.out


def test_nothing_is_written_if_a_path_cannot_be_named(cli: CommandLine) -> None:
    Path("my bot").mkdir()
    ended = cli(*INIT, "--deploy", "systemd", "--config", "my bot/config.toml")
    assert (ended.status, ended.out) == (2, "")
    assert "use another folder" in ended.error
    assert list(Path("my bot").iterdir()) == []


def test_proxies_that_cannot_be_used_are_set_aside(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    for variable in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, "http://elsewhere:3128")
    assignments = ["network.proxy=http://proxy.example:3128"]
    prepare(None, assignments, "", update=False, offline=True)
    assert "ALL_PROXY" not in os.environ
    assert os.environ["HTTPS_PROXY"] == "http://proxy.example:3128"
