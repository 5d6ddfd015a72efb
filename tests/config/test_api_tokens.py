"""Tokens of the API: their form, and that no error quotes them."""

from pathlib import Path

import pytest

from bot.config.api_tokens import Scope, parse_api_tokens
from bot.config.credentials import load
from bot.config.errors import ConfigError

TOKEN = "zanzibar-0123456789"


def test_tokens_stand_in_a_variable_or_on_lines_of_a_file(tmp_path: Path) -> None:
    entries = [f"bot:predict+feedback:{TOKEN}", f"prometheus:metrics:{TOKEN}:x"]
    (tmp_path / "tokens").write_text("\n".join(entries) + "\n")
    from_file = load({"EMOJI_REACTOR_API_TOKENS_FILE": str(tmp_path / "tokens")})
    loaded = load({"EMOJI_REACTOR_API_TOKENS": ",".join(entries)})
    assert loaded.api_tokens == from_file.api_tokens
    assert [token.client for token in loaded.api_tokens] == ["bot", "prometheus"]
    assert loaded.api_tokens[0].scopes == {Scope.PREDICT, Scope.FEEDBACK}
    assert loaded.secret_values() == [TOKEN, f"{TOKEN}:x"]
    assert TOKEN not in repr(loaded)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TOKEN, "should be NAME:SCOPE"),
        (f"bot:{TOKEN}", "should be NAME:SCOPE"),
        (f"Bot/x:predict:{TOKEN}", "a name is 1 to 15"),
        (f"bot:predict+all:{TOKEN}", "the scopes of bot should be among predict, feedback"),
        (f"bot::{TOKEN}", "the scopes of bot"),
        ("bot:predict:zanzibar", "the token of bot should have 16"),
    ],
)
def test_mistakes_are_named_and_not_quoted(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^VARIABLE: .*{message}") as error:
        parse_api_tokens(text, "VARIABLE")
    assert "zanzibar" not in str(error.value)
