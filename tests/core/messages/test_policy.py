"""When the bot may react, and with what."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chat_settings.quiet_hours import QuietHours
from bot.core.chat_settings.schema import (
    DEFAULT_EMOJI_DENY,
    ChatSettings,
    GravityMode,
    Mode,
    Pictures,
)
from bot.core.events import SkipReason
from bot.core.messages.policy import (
    DecisionContext,
    Pace,
    allowed_emojis,
    choose_emojis,
    confidence_threshold,
    is_big,
    is_sampled_out,
    permitted_predictions,
    skip_before_prediction,
)
from model import Prediction
from model.gravity import gravity_of
from model.prediction import Gravity, GravityLevel
from tests.core.fakes import ANNA, BEN, message

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
TOP = [Prediction("💩", 0.5), Prediction("😂", 0.3), Prediction("🔥", 0.15), Prediction("❤", 0.05)]


@pytest.mark.parametrize(
    ("changes", "pace", "reason"),
    [
        ({}, Pace(), None),
        ({"enabled": False}, Pace(), SkipReason.CHAT_DISABLED),
        ({"mode": Mode.MENTION_ONLY}, Pace(), SkipReason.CHAT_DISABLED),
        ({"cooldown_seconds": 10.0}, Pace(9.9, 1), SkipReason.COOLDOWN),
        ({"cooldown_seconds": 10.0}, Pace(10.0, 1), None),
        ({"max_per_minute": 3}, Pace(1.0, 2), None),
        ({"max_per_minute": 3}, Pace(1.0, 3), SkipReason.RATE_LIMIT),
        ({"max_per_minute": None}, Pace(1.0, 10_000), None),
    ],
)
def test_eligible(changes: dict[str, Any], pace: Pace, reason: SkipReason | None) -> None:
    settings = replace(ChatSettings(), **changes)
    assert skip_before_prediction(message(), settings, DecisionContext(NOON, pace)) is reason


@pytest.mark.parametrize(
    ("chance", "roll", "expected"),
    [(1.0, 0.999, False), (0.5, 0.49, False), (0.5, 0.5, True), (0.0, 0.0, True)],
)
def test_the_chance_is_for_messages_that_do_not_address_the_bot(
    chance: float, roll: float, expected: bool
) -> None:
    settings = ChatSettings(chance=chance)
    assert is_sampled_out(message(), settings, roll) is expected
    assert not is_sampled_out(message(addressed=True), settings, roll)
    assert not is_sampled_out(replace(message(), requested=True), settings, roll)


def test_an_opted_out_author_is_skipped_except_on_request() -> None:
    out = DecisionContext(NOON, opted_out=True)
    assert (
        skip_before_prediction(message(addressed=True), ChatSettings(), out) is SkipReason.OPTED_OUT
    )
    assert skip_before_prediction(replace(message(), requested=True), ChatSettings(), out) is None


def test_requests_are_answered_under_any_settings() -> None:
    strict = ChatSettings(
        enabled=False, mode=Mode.MENTION_ONLY, chance=0.0, cooldown_seconds=60.0, max_per_minute=1
    )
    asking = replace(message(), requested=True)
    assert skip_before_prediction(asking, strict, DecisionContext(NOON, Pace(0.1, 9))) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"chat_allow": frozenset({"chat"})}, None),
        ({"chat_allow": frozenset({"parent"})}, None),
        ({"chat_allow": frozenset({"elsewhere"})}, SkipReason.CHAT_DISABLED),
        ({"chat_allow": frozenset()}, SkipReason.CHAT_DISABLED),
        ({"chat_deny": frozenset({"chat"})}, SkipReason.CHAT_DISABLED),
        ({"chat_deny": frozenset({"parent"})}, SkipReason.CHAT_DISABLED),
        ({"chat_deny": frozenset({"elsewhere"})}, None),
        ({"role_deny": frozenset({"muted"})}, SkipReason.ROLE_DENIED),
        ({"role_deny": frozenset({"other"})}, None),
        ({"role_allow": frozenset({"muted", "other"})}, None),
        ({"role_allow": frozenset({"other"})}, SkipReason.ROLE_DENIED),
        ({"role_allow": frozenset()}, SkipReason.ROLE_DENIED),
        ({"member_deny": frozenset({ANNA})}, SkipReason.MEMBER_DENIED),
        ({"member_deny": frozenset({BEN})}, None),
        ({"member_allow": frozenset({ANNA})}, None),
        ({"member_allow": frozenset({BEN})}, SkipReason.MEMBER_DENIED),
        ({"member_allow": frozenset()}, SkipReason.MEMBER_DENIED),
    ],
)
def test_channels_roles_and_members(changes: dict[str, Any], reason: SkipReason | None) -> None:
    within = replace(message(addressed=True), parent_chat="parent", roles=frozenset({"muted"}))
    settings = replace(ChatSettings(), **changes)
    assert skip_before_prediction(within, settings, DecisionContext(NOON)) is reason


@pytest.mark.parametrize(
    ("predictions", "expected"),
    [
        ([Prediction("😂", 0.9)], True),
        ([], True),
        ([Prediction("😂", 0.9, gravity=Gravity(GravityLevel.DOUBTFUL))], False),
        ([Prediction("🫂", 0.9, gravity=Gravity(GravityLevel.GRAVE))], False),
        ([Prediction("😂", 0.3), Prediction("😢", 0.6)], False),
    ],
)
def test_reactions_are_big_only_on_light_texts_of_chats_that_want_them(
    predictions: list[Prediction], expected: bool
) -> None:
    of_text = gravity_of(predictions)
    assert is_big(predictions, of_text, ChatSettings(big_reactions=True)) is expected
    assert not is_big(predictions, of_text, ChatSettings())


@pytest.mark.parametrize(
    ("pictures", "with_picture", "without_picture"),
    [
        (Pictures.ANY, None, None),
        (Pictures.ONLY, None, SkipReason.PICTURES),
        (Pictures.WITHOUT, SkipReason.PICTURES, None),
    ],
)
def test_pictures(
    pictures: Pictures, with_picture: SkipReason | None, without_picture: SkipReason | None
) -> None:
    settings, context = ChatSettings(pictures=pictures), DecisionContext(NOON)
    picture = replace(message(), has_picture=True)
    assert skip_before_prediction(picture, settings, context) is with_picture
    assert skip_before_prediction(message(), settings, context) is without_picture
    for addressed in (replace(picture, addressed=True), message(addressed=True)):
        assert skip_before_prediction(addressed, settings, context) is None


def test_in_quiet_hours_only_addressed_messages_are_answered() -> None:
    nightly = ChatSettings(quiet_hours=QuietHours.parse("11:00-13:00"))
    assert (
        skip_before_prediction(message(), nightly, DecisionContext(NOON)) is SkipReason.QUIET_HOURS
    )
    assert skip_before_prediction(message(addressed=True), nightly, DecisionContext(NOON)) is None


def test_the_rate_limit_alone_applies_to_addressed_messages() -> None:
    calm = ChatSettings(chance=0.0, cooldown_seconds=60.0, mode=Mode.MENTION_ONLY, max_per_minute=2)
    asked = message(addressed=True)
    assert skip_before_prediction(asked, calm, DecisionContext(NOON, Pace(0.1, 1))) is None
    capped = skip_before_prediction(asked, calm, DecisionContext(NOON, Pace(0.1, 2)))
    assert capped is SkipReason.RATE_LIMIT


def test_choose_takes_the_best_permitted_emoji() -> None:
    assert choose_emojis(TOP, ChatSettings(), 0.2) == ("😂",)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"max_per_message": 5}, ("😂",)),
        ({"max_per_message": 5, "confidence_threshold": 0.1}, ("😂", "🔥")),
        ({"max_per_message": 5, "confidence_threshold": 0.0}, ("😂", "🔥", "❤")),
        ({"emoji_deny": frozenset()}, ("💩",)),
        ({"emoji_allow": frozenset({"❤️"}), "confidence_threshold": 0.01}, ("❤",)),
        ({"emoji_allow": frozenset({"🎃"})}, SkipReason.NO_ALLOWED_EMOJI),
        ({"confidence_threshold": 0.9}, SkipReason.BELOW_THRESHOLD),
    ],
)
def test_choose(changes: dict[str, Any], expected: object) -> None:
    settings = replace(ChatSettings(), **changes)
    assert choose_emojis(TOP, settings, confidence_threshold(message(), settings, 0.2)) == expected


def test_buttons_show_all_permitted_emojis_if_the_best_passes() -> None:
    assert choose_emojis(TOP, ChatSettings(), 0.2, as_buttons=True) == ("😂", "🔥", "❤")
    assert choose_emojis(TOP, ChatSettings(), 0.4, as_buttons=True) is SkipReason.BELOW_THRESHOLD
    many = [Prediction(f":e{i}:", 0.1) for i in range(9)]
    assert len(choose_emojis(many, ChatSettings(), 0.0, as_buttons=True)) == 5


def test_requests_get_five_emojis_with_any_score() -> None:
    asking = replace(message(), requested=True)
    assert confidence_threshold(asking, ChatSettings(confidence_threshold=0.9), 0.5) == 0.0


def test_without_predictions_no_emoji_is_chosen() -> None:
    assert choose_emojis([], ChatSettings(), 0.0) is SkipReason.NO_PREDICTION


@given(
    st.lists(st.builds(Prediction, st.sampled_from(sorted(DEFAULT_EMOJI_DENY)), st.floats(0, 1))),
    st.floats(0, 1),
)
def test_denied_emojis_are_never_shown(predictions: list[Prediction], threshold: float) -> None:
    assert isinstance(choose_emojis(predictions, ChatSettings(), threshold), SkipReason)


@pytest.mark.parametrize(
    ("candidates", "allow", "expected"),
    [
        (None, None, None),
        ({"😂", "💩"}, None, {"😂"}),
        (None, {"😂", "💩"}, {"😂"}),
        ({"😂", "🔥"}, {"😂", "❤"}, {"😂"}),
        (set(), {"😂"}, set()),
        ({"😂"}, set(), set()),
    ],
)
def test_allowed(
    candidates: set[str] | None, allow: set[str] | None, expected: set[str] | None
) -> None:
    settings = ChatSettings(emoji_allow=None if allow is None else frozenset(allow))
    given = None if candidates is None else frozenset(candidates)
    assert allowed_emojis(replace(message(), candidates=given), settings) == expected


@pytest.mark.parametrize(
    ("candidates", "allow", "own"),
    [
        (None, {":cat:"}, {":cat:", "😂", "🔥"}),
        (None, {":cat:", ":gone:", "😂"}, {":cat:", "😂"}),
        ({"🔥"}, {":cat:"}, {":cat:", "🔥"}),
        ({"🔥"}, {":cat:", "😂"}, {":cat:"}),
    ],
)
def test_custom_emojis_of_the_allow_list_are_candidates(
    candidates: set[str] | None, allow: set[str], own: set[str]
) -> None:
    settings = ChatSettings(emoji_allow=frozenset(allow))
    given = None if candidates is None else frozenset(candidates)
    asked = replace(message(), candidates=given, custom_emojis=frozenset((":cat:", ":dog:")))
    found = allowed_emojis(asked, settings)
    assert found is not None
    assert found & {":cat:", ":dog:", ":gone:", "😂", "🔥"} == own
    left = permitted_predictions(
        [Prediction(e, 0.5) for e in (":cat:", ":dog:", "😂", "🔥")], settings
    )
    assert {p.emoji for p in left} >= own
    assert ":dog:" not in {p.emoji for p in left}


def test_an_allow_list_of_deleted_emojis_has_no_effect() -> None:
    settings = ChatSettings(emoji_allow=frozenset((":gone:",)))
    assert allowed_emojis(message(), settings) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"chance": 1.1},
        {"chance": float("nan")},
        {"confidence_threshold": -0.1},
        {"cooldown_seconds": float("inf")},
        {"cooldown_seconds": -1.0},
        {"max_per_minute": 0},
        {"max_per_message": 0},
        {"max_per_message": 6},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"chance|threshold|cooldown|max_per"):
        ChatSettings(**wrong)


GRAVE = [Prediction("😂", 0.5), Prediction("😢", 0.2), Prediction("💔", 0.2)]


@pytest.mark.parametrize(
    ("min_score", "expected"),
    [
        (0.1, ("😢",)),
        (0.3, SkipReason.GRAVITY),
        (0.6, SkipReason.BELOW_THRESHOLD),
    ],
)
def test_a_grave_message_gets_no_laughing_reaction(min_score: float, expected: object) -> None:
    assert choose_emojis(GRAVE, ChatSettings(), min_score) == expected


def test_a_merry_message_gets_a_laughing_reaction() -> None:
    merry = [Prediction("😂", 0.7), Prediction("🔥", 0.1)]
    assert choose_emojis(merry, ChatSettings(), 0.3) == ("😂",)


def test_buttons_may_show_a_laughing_emoji() -> None:
    assert choose_emojis(GRAVE, ChatSettings(), 0.3, as_buttons=True) == ("😂", "😢", "💔")


COMFORT = [
    Prediction("💔", 0.5, 0.5, Gravity(GravityLevel.GRAVE)),
    Prediction("🕊", 0.25, 0.05, Gravity(GravityLevel.GRAVE)),
]
SELF_HARM = [Prediction("🫂", 0.5, gravity=Gravity(GravityLevel.SELF_HARM))]
POSSIBLE = [Prediction("🫂", 0.5, gravity=Gravity(GravityLevel.UNSURE, 0.7, True))]
STRICT = ChatSettings(gravity=GravityMode.STRICT)


def test_preferences_do_not_make_the_bot_surer_of_comfort() -> None:
    liked = [Prediction("🕊", 0.9, 0.05, Gravity(GravityLevel.GRAVE))]
    assert choose_emojis(liked, ChatSettings(), 0.2) is SkipReason.BELOW_THRESHOLD
    assert choose_emojis(COMFORT, ChatSettings(max_per_message=5), 0.2) == ("💔",)


@pytest.mark.parametrize("as_buttons", [False, True])
@pytest.mark.parametrize("top", [SELF_HARM, POSSIBLE])
def test_self_harm_gets_nothing_by_itself_and_kindness_on_request(
    top: list[Prediction], as_buttons: bool
) -> None:
    unasked = choose_emojis(top, ChatSettings(), 0.2, as_buttons=as_buttons)
    assert unasked is SkipReason.GRAVITY
    assert choose_emojis(top, ChatSettings(), 0.0, as_buttons=True, requested=True) == ("🫂",)


@pytest.mark.parametrize("as_buttons", [False, True])
def test_a_strict_chat_gets_nothing_on_grave_texts_unless_requested(as_buttons: bool) -> None:
    assert choose_emojis(COMFORT, STRICT, 0.2, as_buttons=as_buttons) is SkipReason.GRAVITY
    assert choose_emojis(COMFORT, STRICT, 0.0, as_buttons=True, requested=True) == ("💔", "🕊")


def test_doubt_keeps_laughter_among_buttons_and_out_of_reactions() -> None:
    top = [
        Prediction(e, score, gravity=Gravity(GravityLevel.DOUBTFUL))
        for e, score in (("😂", 0.4), (":kekw:", 0.3), ("😮", 0.25))
    ]
    settings = ChatSettings(emoji_allow=frozenset({"😂", ":kekw:", "😮"}))
    assert choose_emojis(top, settings, 0.2, as_buttons=True) == ("😂", ":kekw:", "😮")
    assert choose_emojis(top, settings, 0.2) == ("😮",)
    assert choose_emojis(top[:2], settings, 0.2) is SkipReason.GRAVITY


@pytest.mark.parametrize("level", [GravityLevel.UNSURE, GravityLevel.GRAVE, GravityLevel.SELF_HARM])
def test_neither_laughter_nor_custom_emojis_pass_whoever_predicts_them(level: GravityLevel) -> None:
    mocking = [Prediction(e, 0.4, gravity=Gravity(level)) for e in ("😂", "💀", ":kekw:")]
    allowing = ChatSettings(emoji_allow=frozenset({"😂", "💀", ":kekw:"}))
    for as_buttons in (False, True):
        chosen = choose_emojis(mocking, allowing, 0.0, as_buttons=as_buttons, requested=True)
        assert chosen is SkipReason.GRAVITY
