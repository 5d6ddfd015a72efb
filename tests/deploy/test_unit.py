"""The systemd unit: what it exposes, and the one that ``init`` writes for an installation."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.cli.init.deployment.systemd import Installation, fill
from bot.config.errors import ConfigError
from tests.deploy import DEPLOY

TEMPLATE = (DEPLOY / "emoji-reactor.service").read_text(encoding="utf-8")
MAX_EXPOSURE = 1.2
PIPX = Path("/home/alice/.local/share/pipx/venvs/emoji-reactor")
SYSTEM = Installation((Path("/opt/bot/bin/emoji-reactor"),), frozenset(map(Path, ("/opt/bot",))))
IN_HOME = Installation(
    (PIPX / "bin/emoji-reactor",), frozenset({PIPX, PIPX / "lib/site-packages", Path("/usr")})
)
CONFIG = Path("/home/alice/bot/config.toml")


class UnitParser(configparser.RawConfigParser):
    """A parser that keeps the capitals of directives."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def service_of(text: str) -> dict[str, str]:
    """The section Service; of a directive that is there twice, the last one."""
    parser = UnitParser(strict=False)
    parser.read_string(text)
    return dict(parser["Service"])


@pytest.mark.parametrize(
    "text",
    [TEMPLATE, fill(TEMPLATE, CONFIG, IN_HOME, "alice")],
    ids=["template", "of an account with a home"],
)
def test_the_service_is_exposed_little(text: str, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "emoji-reactor.service"
    unit.write_text(text, encoding="utf-8")
    threshold = f"--threshold={round(MAX_EXPOSURE * 10)}"
    command = [program, "security", "--offline=true", "--no-pager", threshold, str(unit)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Overall exposure level" in ended.stdout
    assert ended.stderr == ""


def test_what_the_bot_needs_is_left() -> None:
    service = service_of(TEMPLATE)
    assert service["Type"] == "notify"
    assert "AF_UNIX" in service["RestrictAddressFamilies"].split()  # of the notifications
    assert service["StateDirectory"] == "emoji-reactor"
    assert service["WorkingDirectory"] == "/var/lib/emoji-reactor"
    assert service["SystemCallErrorNumber"] == "EPERM"


def test_a_unit_of_its_own_account_differs_in_paths_only() -> None:
    config = Path("/etc/bot/settings.toml")
    changed = {
        "ExecStart": "/opt/bot/bin/emoji-reactor run --config /etc/bot/settings.toml",
        "EnvironmentFile": "-/etc/bot/settings.env",
    }
    assert service_of(fill(TEMPLATE, config, SYSTEM, None)) == service_of(TEMPLATE) | changed


def test_of_the_homes_a_unit_shows_the_program_and_its_folder_only() -> None:
    service = service_of(fill(TEMPLATE, CONFIG, IN_HOME, "alice"))
    assert service["User"] == "alice"
    assert service["ProtectHome"] == "tmpfs"
    assert service["BindReadOnlyPaths"] == str(PIPX)
    assert service["BindPaths"] == service["ReadWritePaths"] == str(CONFIG.parent)
    assert service["WorkingDirectory"] == str(CONFIG.parent)
    assert "StateDirectory" not in service


def test_settings_in_a_home_are_shown_to_another_account() -> None:
    service = service_of(fill(TEMPLATE, Path("/root/config.toml"), SYSTEM, None))
    assert service["ProtectHome"] == "tmpfs"
    assert service["BindReadOnlyPaths"] == "/root/config.toml"
    assert "BindPaths" not in service


@pytest.mark.parametrize("name", ["my bot", "100%", "$HOME", 'quo"te', "a:b"])
def test_a_path_that_would_need_quotes_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="use another folder"):
        fill(TEMPLATE, Path("/srv") / name / "config.toml", SYSTEM, "alice")


@pytest.mark.parametrize(
    "folder", ["/home/alice/.cache/uv/archive-v0/x1", "/home/alice/.cache/pipx/x1"]
)
def test_a_program_in_a_cache_is_refused(folder: str) -> None:
    cached = Installation((Path(folder, "bin/emoji-reactor"),), frozenset({Path(folder)}))
    with pytest.raises(ConfigError, match="pipx install or uv tool install"):
        fill(TEMPLATE, CONFIG, cached, "alice")
