"""Settings: what is listed, what is refused, and that every mistake is one line."""

import re
import string
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from bot.config.errors import ConfigError
from bot.config.loading import load, parse
from bot.config.settings import Settings, known_keys

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


@pytest.fixture(autouse=True)
def empty_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str) -> Path:
    path = Path("config.toml")
    path.write_text(text, encoding="utf-8")
    return path


def outcome(path: Path) -> str | None:
    """Reason for which the file is refused; None if it is taken."""
    try:
        load(path)
    except ConfigError as error:
        return str(error)
    return None


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(write(text))
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_example_lists_every_key_with_its_default() -> None:
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    listed = [f"{section}.{key}" for section, keys in example.items() for key in keys]
    assert listed == known_keys()
    assert load(EXAMPLE) == Settings()


def test_example_explains_every_key() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    keys = [n for n, line in enumerate(lines) if re.match(r"\w+ = ", line)]
    assert len(keys) == len(known_keys())
    assert all(lines[n - 1].startswith("# ") for n in keys)


def test_the_environment_takes_precedence_over_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write("[reactions]\nchance = 0.2\nmax_per_message = 3\n")
    monkeypatch.setenv("EMOJI_REACTOR__REACTIONS__CHANCE", "0.5")
    monkeypatch.setenv("EMOJI_REACTOR__DISCORD__API_BASE", "http://127.0.0.1:9/api/v10")
    loaded = load(path)
    assert (loaded.reactions.chance, loaded.reactions.max_per_message) == (0.5, 3)
    assert loaded.discord.api_base == "http://127.0.0.1:9/api/v10"


def test_config_toml_is_read_if_present() -> None:
    assert load() == Settings()
    write('[model]\nsource = "somewhere"\n')
    assert load().model.source == "somewhere"


def test_lists_come_from_the_environment_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOJI_REACTOR__REACTIONS__EMOJI_DENY", '["💔"]')
    assert load().reactions.emoji_deny == {"💔"}
    monkeypatch.setenv("EMOJI_REACTOR__REACTIONS__EMOJI_DENY", "💔")
    with pytest.raises(ConfigError, match=r"environment: EMOJI_REACTOR__REACTIONS__EMOJI_DENY"):
        load()


def test_an_invalid_value_in_the_environment_names_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMOJI_REACTOR__REACTIONS__CHANCE", "often")
    with pytest.raises(ConfigError, match="environment: EMOJI_REACTOR__REACTIONS__CHANCE") as error:
        load()
    assert "often" not in str(error.value)


@pytest.mark.parametrize(
    ("variable", "near"),
    [
        ("EMOJI_REACTOR__DISCROD__ENABLED", "did you mean discord?"),
        ("EMOJI_REACTOR__DISCORD__API_BSE", "did you mean discord.api_base?"),
    ],
)
def test_unknown_variables_are_refused(
    variable: str, near: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "x")
    with pytest.raises(ConfigError) as error:
        load()
    assert variable in str(error.value)
    assert near in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[discord]\napi_bse = "x"',
            "config.toml: discord.api_bse: unknown key; did you mean discord.api_base?",
        ),
        (
            '[database]\nurl = "postgresql+asyncpg://bot:hunter2@host:zanzibar/name"',
            "config.toml: database.url: should have a number up to 65535 as its port",
        ),
        ("[dscord]", "config.toml: dscord: unknown key; did you mean discord?"),
        ('_env_file = "x"', "config.toml: _env_file: unknown key"),
        ("discord = 3", "config.toml: discord: should be a section of keys"),
        ("[reactions]\nchance = 2", "config.toml: reactions.chance: should be from 0 to 1"),
        ("[reactions]\nchance = nan", "config.toml: reactions.chance: should be from"),
        ("[reactions]\nemoji_deny = [1]", "config.toml: reactions.emoji_deny: input should be"),
        ('[database]\nurl = "mysql://x"', "config.toml: database.url: string should match"),
        ('[database]\nurl = "sqlite+aiosqlite:///:memory:"', "config.toml: database.url:"),
        (
            '[telegram]\nbase_url = "api"',
            "config.toml: telegram.base_url: should be an address such as",
        ),
        (
            "[discord]\nshard_ids = [0]",
            "config.toml: discord: shard_ids should lie below shard_count",
        ),
        ("[discord]\nmax_shards = 2", "config.toml: discord.max_shards: needs shard_count"),
        (
            "[discord]\nshard_ids = [0]\nshard_count = 2\nmax_shards = 2",
            "config.toml: discord.max_shards: needs shard_count, and no shard_ids",
        ),
        ("[discord]\nshard_ids = [2]\nshard_count = 2", "config.toml: discord: shard_ids should"),
        ("[discord]\nshard_ids = [-1]\nshard_count = 2", "config.toml: discord.shard_ids: input"),
        ("[log]\nlevel = 'loud'", "config.toml: log.level: input should be 'debug', 'info'"),
        ("[log", "config.toml: not valid TOML"),
    ],
)
def test_errors_are_one_line_that_names_the_key(text: str, message: str) -> None:
    assert message in refusal(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('trusted_proxies = ["no address"]', "trusted_proxies"),
        ('allowed_hosts = ["https://emoji.example.org"]', "web.allowed_hosts"),
        ('frame_ancestors = ["https://a.example; script-src *"]', "web.frame_ancestors"),
        ("max_requests_per_minute = 0", "web.max_requests_per_minute"),
    ],
)
def test_wrong_settings_of_the_page_are_named(text: str, key: str) -> None:
    assert key in refusal(f"[web]\n{text}")


@pytest.mark.parametrize(
    ("text", "place", "variable"),
    [
        ("[discord]\ntoken = 'abc.def'", "discord.token", "DISCORD_TOKEN"),
        ("[telegram]\nbot_token = 'abc.def'", "telegram.bot_token", "TELEGRAM_TOKEN"),
        ("secret = 'abc.def'", "secret", "EMOJI_REACTOR_SECRET"),
        ("[web]\ntoken = 'abc.def'", "web.token", "EMOJI_REACTOR_WEB_TOKEN"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_quoted(
    text: str, place: str, variable: str
) -> None:
    message = refusal(text)
    assert f"config.toml: {place}: secrets do not belong in this file" in message
    assert variable in message
    assert "abc.def" not in message


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_an_unreadable_file_is_a_one_line_error(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(Path(name))


def test_a_binary_file_is_a_one_line_error() -> None:
    Path("config.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="UTF-8"):
        load()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://host/name",
        "postgresql+asyncpg://bot:p:[w/d@host:5432/name?ssl=require",
        "postgresql+asyncpg://bot@[::1]:5432/name",
        "postgresql+asyncpg:///name",
        "sqlite+aiosqlite:////var/lib/a:b.db",
    ],
)
def test_valid_database_urls(url: str) -> None:
    assert load(write(f'[database]\nurl = "{url}"')).database.url == url
    make_url(url)  # which the program does with it


def test_the_database_password_is_not_printed() -> None:
    loaded = load(write('[database]\nurl = "postgresql+asyncpg://bot:hunter2@host/name"'))
    assert "hunter2" not in repr(loaded)


names = st.text(string.ascii_lowercase + "_", min_size=1, max_size=20)
plain = st.one_of(st.integers(), st.booleans(), names)


@given(section=st.sampled_from(list(Settings.model_fields)), key=names)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_any_unknown_key_is_named(section: str, key: str) -> None:
    if f"{section}.{key}" in known_keys():
        return
    assert f"{section}.{key}" in refusal(f"[{section}]\n{key} = 1\n")


@given(st.dictionaries(st.sampled_from(known_keys()), plain, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_any_value_is_accepted_or_refused_with_its_key(values: dict[str, int | bool | str]) -> None:
    def literal(value: int | bool | str) -> str:
        return str(value).lower() if isinstance(value, bool | int) else f'"{value}"'

    text = "\n".join(f"{key} = {literal(value)}" for key, value in values.items())
    error = outcome(write(text))
    assert error is None or any(key in error for key in values) or "not valid TOML" in error


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_any_file_is_read_or_refused_with_one_line(content: bytes) -> None:
    path = Path("config.toml")
    path.write_bytes(content)
    error = outcome(path)
    assert error is None or len(error.splitlines()) == 1


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("telegram", "webhook_url = 'https://example.org:99999/hook'"),
        ("telegram", "webhook_url = 'https://example.org/{hook'"),
        ("telegram", "webhook_url = 'https://[::1/hook'"),
        ("telegram", "webhook_url = 'https:///hook'"),
        ("telegram", "webhook_url = 'https://user@:80'"),
        ("telegram", "webhook_listen = '127.0.0.1:99999'"),
        ("discord", "api_base = 'http://a b'"),
        ("database", "url = 'postgresql+asyncpg://127.0.0.1:99999/bot'"),
    ],
)
def test_an_address_that_is_none_is_refused_by_its_key(section: str, line: str) -> None:
    key = line.split()[0]
    with pytest.raises(ConfigError, match=rf"^config.toml: {section}\.{key}: should "):
        parse(f"[{section}]\n{line}")


@pytest.mark.parametrize(
    "url", ["https://[::1]:8443/hook?a=b", "http://127.0.0.1:1", "wss://gateway.discord.gg"]
)
def test_an_address_is_taken(url: str) -> None:
    assert parse(f"[telegram]\nbase_url = '{url}'").telegram.base_url == url


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('{ telegrm = "debug" }', "log.levels: telegrm: no such area; write discord, telegram, "),
        ('{ telegram = "loud" }', "log.levels: telegram: should be one of debug, info, warning"),
        ("{ telegram = 1 }", "log.levels: "),
        ('"debug"', "log.levels: "),
    ],
)
def test_wrong_levels_of_areas_are_named(value: str, message: str) -> None:
    assert refusal(f"[log]\nlevels = {value}").startswith(f"config.toml: {message}")


def test_levels_of_areas_come_from_the_file_or_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write('[log]\nlevels = { telegram = "debug", database = "warning" }')
    assert load(path).log.levels == {"telegram": "debug", "database": "warning"}
    monkeypatch.setenv("EMOJI_REACTOR__LOG__LEVELS", '{"web": "error", "telegram": "info"}')
    assert load().log.levels == {"telegram": "info", "database": "warning", "web": "error"}
    monkeypatch.setenv("EMOJI_REACTOR__LOG__LEVELS", "web=error")
    with pytest.raises(ConfigError, match=r"LEVELS: should be JSON: \{"):
        load()


@pytest.mark.parametrize(
    ("source", "requirement"),
    [
        ("https://[::1", "should be an address"),
        ("https://", "should be an address"),
        ("http://a b", "should be an address"),
        ("https://bot:hush@models.example", "should have no password"),
    ],
)
def test_a_model_source_that_is_a_url_is_a_whole_one(source: str, requirement: str) -> None:
    with pytest.raises(ConfigError, match=requirement) as error:
        parse(f'[model]\nsource = "{source}"')
    assert "hush" not in str(error.value)
