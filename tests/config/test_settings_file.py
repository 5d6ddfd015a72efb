"""Settings file: written values round trip, and other content stays."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.errors import ConfigError
from bot.config.loading import parse
from bot.config.settings_file import parse_assignments, read_example, with_values, write

SHARE = st.floats(0, 1)
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "model.source": st.none() | TEXT,
        "model.folder": TEXT,
        "model.threads": st.integers(1, 256),
        "discord.enabled": st.booleans(),
        "discord.shard_count": st.none() | st.integers(1, 100_000),
        "telegram.webhook_url": st.none() | st.just("https://bot.example.org/hook"),
        "reactions.mode": st.sampled_from(["react", "reply", "mention_only"]),
        "reactions.chance": SHARE,
        "reactions.confidence_threshold": st.none() | SHARE,
        "reactions.emoji_deny": st.lists(st.sampled_from("💔🔥😂"), max_size=3).map(tuple),
        "privacy.retention_days": st.integers(1, 36_500),
    },
)
OTHERS = [
    "",
    '# mine\n[log]\nlevel = "debug" # and mine\n',
    'reactions.chance = 0.25 # mine\n"reactions".max_per_message = 2\n',
    'log = {level = "debug"} # mine\n',
    "[reactions]\nemoji_deny = [\n  '💩', # mine\n]\n\n[model]\n",
]


@pytest.fixture(autouse=True)
def _nothing_around(empty_folder: Path) -> None:
    pass


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


def all_keys(text: str) -> dict[str, object]:
    """Return all keys of a settings file."""
    sections = tomllib.loads(text).items()
    return {f"{name}.{key}": value for name, keys in sections for key, value in keys.items()}


def plain(value: object) -> object:
    """Return a value as TOML represents it."""
    return "" if value is None else list(value) if isinstance(value, tuple) else value


@given(VALUES)
@hypothesis.settings(max_examples=25)  # each writes and parses the example four times
def test_values_round_trip_among_the_comments(values: Mapping[str, object]) -> None:
    text = with_values(read_example(), values)
    settings = parse(text)
    for place, value in values.items():
        section, key = place.split(".")
        loaded = getattr(getattr(settings, section), key)
        assert loaded == (frozenset(value) if isinstance(value, tuple) else value)
    assert comments(text) == comments(read_example())
    assert all_keys(text) == all_keys(read_example()) | {k: plain(v) for k, v in values.items()}
    assert with_values(text, values) == text


@given(VALUES, st.sampled_from(OTHERS))
def test_content_of_the_operator_is_kept(values: Mapping[str, object], before: str) -> None:
    text = with_values(before, values)
    assert all_keys(text) == all_keys(before) | {k: plain(v) for k, v in values.items()}
    if not values:
        assert text == before
    if "reactions.emoji_deny" not in values:  # a comment inside of a list goes with the list
        assert text.count("mine") == before.count("mine")


def test_the_example_equals_the_defaults() -> None:
    assert parse(read_example()) == parse("")
    assert with_values(read_example(), all_keys(read_example())) == read_example()


def test_assignments_are_toml_values_or_text() -> None:
    given = [
        "reactions.chance=0.5",
        "reactions.mode=reply",
        'reactions.emoji_deny=["💔"]',
        "log.level =",
    ]
    assert parse_assignments(given) == {
        "reactions.chance": 0.5,
        "reactions.mode": "reply",
        "reactions.emoji_deny": ["💔"],
        "log.level": "",
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            "reactions.chnce=1",
            "--set: reactions.chnce: unknown key; did you mean reactions.chance?",
        ),
        ("chance=1", "--set: chance: unknown key"),
        ("reactions.chance", "--set reactions.chance: should be SECTION.KEY=VALUE"),
        ("discord.token=zanzibar", "--set: discord.token: unknown key"),
    ],
)
def test_unknown_keys_are_refused(given: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_assignments([given])
    assert words in str(error.value)
    assert "zanzibar" not in str(error.value)


def test_a_file_is_checked_before_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    with pytest.raises(ConfigError, match=r"config\.toml: reactions\.chance"):
        write(path, with_values(read_example(), {"reactions.chance": 2}), replace=True)
    assert list(tmp_path.iterdir()) == []
    write(path, read_example(), replace=False)
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="--update changes it"):
        write(path, "", replace=False)
    assert path.read_text(encoding="utf-8") == read_example()
    write(path, "", replace=True)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("", 0o640)
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written: No such file"):
        write(tmp_path / "no" / "config.toml", "", replace=True)
