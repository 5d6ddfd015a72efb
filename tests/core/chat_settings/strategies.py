"""Settings, their valid values, and texts that people may write for them."""

from datetime import time
from zoneinfo import available_timezones

from hypothesis import strategies as st

from bot.core.chat_settings.list_types import EmojiSet, IdSet, MemberSet
from bot.core.chat_settings.overrides import apply_override
from bot.core.chat_settings.quiet_hours import QuietHours, TimeRange
from bot.core.chat_settings.schema import ChatSettings
from bot.core.chat_settings.setting import (
    SETTINGS,
    Setting,
)
from bot.core.chat_settings.value_types import Number, OneOf
from bot.i18n import LANGUAGES
from model.emoji import emoji_names

languages = st.sampled_from(sorted(LANGUAGES))
settings = st.sampled_from(list(SETTINGS.values()))
texts = st.text(max_size=40) | st.from_regex(r"[-+]?\d{1,40}([.,]\d{1,9})? ?(%|s|a minute)?")
clock_times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
emojis = st.sampled_from(sorted(emoji_names())) | st.from_regex(
    r":[A-Za-z0-9_]{2,20}:", fullmatch=True
)


def values(setting: Setting) -> st.SearchStrategy[object]:
    """Any valid value."""
    match setting.type:
        case OneOf(choices=choices):
            return st.sampled_from(choices)
        case Number(whole=True, none=none) as number:
            whole = st.integers(int(number.minimum), int(number.maximum))
            return st.none() | whole if none else whole
        case Number(none=none) as number:
            share = st.floats(number.minimum, number.maximum)
            return st.none() | share if none else share
        case EmojiSet(optional=optional) | IdSet(optional=optional) as listed:
            items = emojis if isinstance(listed, EmojiSet) else st.integers(0).map(str)
            some = st.frozensets(items.filter(lambda item: len(item) <= 20), max_size=4)
            return st.none() | some if optional else some
        case MemberSet(optional=optional):
            # Keys can be written, but are shown as a number.
            return st.just(None if optional else frozenset())
        case TimeRange():
            zones = st.sampled_from(sorted(available_timezones()))
            return st.none() | st.builds(QuietHours, clock_times, clock_times, zones)
    raise AssertionError(setting)


setting_values = settings.flatmap(lambda setting: st.tuples(st.just(setting), values(setting)))


def with_value(setting: Setting, value: object) -> ChatSettings:
    return apply_override(ChatSettings(), setting.name, setting.dump(value))
