"""Examples of rules that the bot gives work on Telegram, which knows fewer emojis than others."""

import re

import pytest

from bot.adapters.telegram.allowed_reactions import ALL_REACTIONS
from bot.core.rules.argument import parse_rule
from bot.core.rules.validation import ReactionLimits, check_rule
from bot.i18n import LANGUAGES, load_messages
from model.emoji import canonical, emoji_spans

LIMITS = ReactionLimits(ALL_REACTIONS.__contains__, max_emojis=1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_can_be_added(language: str) -> None:
    messages = load_messages(language)
    text = "\n".join(messages[f"rules.{key}"] for key in ("none", "usage", "no_emoji"))
    named = [canonical(text[start:end]) for start, end, *_ in emoji_spans(text)]
    assert set(named) <= set(ALL_REACTIONS)
    examples = re.findall(r"/rules add (\S+ \S+ \d+ %|\"[^\"]+\" \S+|\S+ \S+)", text)
    assert len(examples) == 4
    for example in examples:
        check_rule(parse_rule(example, ""), LIMITS)
