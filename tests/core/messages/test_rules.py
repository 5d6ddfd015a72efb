"""Rules in the way of a message: ahead of the model, behind privacy, pace and gravity."""

from dataclasses import replace

import pytest

from bot.core.chat_settings.quiet_hours import QuietHours
from bot.core.chat_settings.schema import ChatSettings, GravityMode, Mode
from bot.core.events import IncomingMessage, Outcome, SkipReason
from bot.core.messages.explanation import explain_message
from bot.core.messages.rule_choice import choose_by_rule
from bot.core.rules.rule import Rule
from bot.i18n import LANGUAGES
from model import Prediction
from model.emotions import COMFORTING_EMOJIS
from model.prediction import HARMLESS, Gravity, GravityLevel
from tests.core.core_setup import CoreSetup
from tests.core.fakes import ANNA, message, ref

GM = Rule("gm", ("☕",))
LAUGH = Rule("gm", ("😂", "💀"))
COMFORT = next(iter(sorted(COMFORTING_EMOJIS)))
UNSURE = [Prediction("😂", 0.01)]


def at(level: GravityLevel) -> list[Prediction]:
    return [Prediction(COMFORT, 0.9, gravity=Gravity(level))]


async def answer(core: CoreSetup, given: IncomingMessage | None = None) -> Outcome:
    return await core.service.on_message(given or message("gm all"), core.platform)


async def test_a_rule_comes_before_the_model_and_has_no_threshold(core: CoreSetup) -> None:
    await core.store.rules.add(ref(), GM)
    core.predictor.predictions = UNSURE
    outcome = await answer(core)
    assert (outcome.shown, outcome.rule, outcome.skip_reason) == (("☕",), "gm", None)
    assert core.platform.shown == [(ref(), ("☕",))]
    assert core.store.outcomes.rows[ref()][1] == outcome
    assert (await answer(core, message("good day", "2"))).skip_reason is SkipReason.BELOW_THRESHOLD


async def test_rules_are_read_once_until_they_change(core: CoreSetup) -> None:
    await answer(core, message("gm", "0"))
    assert core.store.rules.reads == 0
    await core.store.rules.add(ref(), GM)
    for number in "12":
        assert (await answer(core, message("gm", number))).shown == ("☕",)
    assert core.store.rules.reads == 1
    assert await core.store.rules.remove(ref(), 1)
    assert (await answer(core, message("gm", "3"))).rule is None
    assert core.store.rules.reads == 2


async def test_without_readable_rules_the_model_chooses(core: CoreSetup) -> None:
    await core.store.rules.add(ref(), GM)
    core.store.failing = {"rules.rules"}
    assert (await answer(core)).shown == ("😂",)
    assert core.service.failures["store"] == 1


async def test_with_a_chance_of_zero_there_are_rules_alone(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(chance=0.0)
    await core.store.rules.add(ref(), GM)
    assert (await answer(core)).rule == "gm"
    assert (await answer(core, message("good day", "2"))).skip_reason is SkipReason.SAMPLED_OUT
    core.predictor.predictions = at(GravityLevel.GRAVE)
    outcome = await answer(core, message("gm", "3"))
    assert (outcome.shown, outcome.skip_reason) == ((), SkipReason.GRAVITY)


async def test_the_rule_is_a_reaction_even_where_the_model_replies(core: CoreSetup) -> None:
    core.store.chat_settings.value = ChatSettings(mode=Mode.REPLY, exploration_rate=1.0)
    await core.store.rules.add(ref(), Rule("gm", ("☕", "🌞")))
    outcome = await answer(core)
    assert (outcome.shown, outcome.as_buttons) == (("☕", "🌞"), False)
    assert not core.platform.offered


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (ChatSettings(enabled=False), SkipReason.CHAT_DISABLED),
        (ChatSettings(mode=Mode.MENTION_ONLY), SkipReason.CHAT_DISABLED),
        (ChatSettings(quiet_hours=QuietHours.parse("00:00-23:59")), SkipReason.QUIET_HOURS),
        (ChatSettings(max_per_minute=1), SkipReason.RATE_LIMIT),
        (ChatSettings(cooldown_seconds=9.0), SkipReason.COOLDOWN),
    ],
)
async def test_quiet_and_pace_hold_for_rules(
    core: CoreSetup, settings: ChatSettings, reason: SkipReason
) -> None:
    await core.store.rules.add(ref(), GM)
    await answer(core, message("gm", "0"))
    core.store.chat_settings.value = settings
    assert (await answer(core)).skip_reason is reason


async def test_an_opted_out_author_is_not_searched_for_rules(core: CoreSetup) -> None:
    await core.store.rules.add(ref(), GM)
    core.store.members.opted_out = {("console", ANNA)}
    assert (await answer(core)).skip_reason is SkipReason.OPTED_OUT
    assert core.store.rules.reads == 0


async def test_a_request_is_about_the_five(core: CoreSetup) -> None:
    await core.store.rules.add(ref(), GM)
    outcome = await answer(core, replace(message("gm"), requested=True))
    assert (outcome.as_buttons, outcome.rule) == (True, None)


@pytest.mark.parametrize("level", [level for level in GravityLevel if level != "harmless"])
async def test_no_rule_laughs_at_a_grave_text(core: CoreSetup, level: GravityLevel) -> None:
    await core.store.rules.add(ref(), Rule("gm", ("😂", "💀", ":lol:")))
    core.predictor.predictions = at(level)
    given = replace(message("gm", addressed=True), custom_emojis=frozenset({":lol:"}))
    outcome = await answer(core, given)
    assert (outcome.rule, outcome.shown) == (
        None,
        () if level is GravityLevel.SELF_HARM else (COMFORT,),
    )


async def test_a_rule_may_comfort(core: CoreSetup) -> None:
    await core.store.rules.add(ref(), Rule("gm", ("😂", COMFORT)))
    core.predictor.predictions = at(GravityLevel.GRAVE)
    assert (await answer(core)).shown == (COMFORT,)
    core.store.chat_settings.value = ChatSettings(gravity=GravityMode.STRICT)
    assert (await answer(core, message("gm", "2"))).skip_reason is SkipReason.GRAVITY


@pytest.mark.parametrize("level", GravityLevel)
@pytest.mark.parametrize("rules", [[], [Rule("gm", (COMFORT,))]])
async def test_only_a_harmless_text_gets_an_image(
    core: CoreSetup, level: GravityLevel, rules: list[Rule]
) -> None:
    for rule in rules:
        await core.store.rules.add(ref(), rule)
    core.predictor.predictions = at(level)
    given = replace(message("gm"), candidates=frozenset({COMFORT}), images=frozenset({COMFORT}))
    outcome = await answer(core, given)
    is_shown = level is GravityLevel.HARMLESS
    assert outcome.shown == ((COMFORT,) if is_shown else ())
    assert outcome.skip_reason is (None if is_shown else SkipReason.GRAVITY)


async def test_mostly_sad_predictions_keep_a_rule_from_laughing(core: CoreSetup) -> None:
    await core.store.rules.add(ref(), LAUGH)
    core.predictor.predictions = [Prediction("😢", 0.6), Prediction("😂", 0.3)]
    outcome = await answer(core)
    assert (outcome.rule, outcome.shown) == (None, ("😢",))


async def test_no_rule_applies_if_the_gravity_is_unknown(core: CoreSetup) -> None:
    await core.store.rules.add(ref(), LAUGH)
    core.predictor.predictions = []
    only_laughter = replace(message("gm"), candidates=frozenset({"😂"}))
    assert (await answer(core, only_laughter)).skip_reason is SkipReason.GRAVITY
    core.predictor.error = RuntimeError()
    assert (await answer(core, message("gm", "2"))).skip_reason is SkipReason.FAILED


async def test_a_text_without_words_can_have_a_rule(core: CoreSetup) -> None:
    await core.store.rules.add(ref(), Rule("...", ("👀",)))
    core.predictor.predictions = []
    assert (await answer(core, message("..."))).shown == ("👀",)
    assert core.store.outcomes.rows[ref()][1].rule == "..."


def test_a_rule_shows_what_the_platform_can_show_whatever_the_lists_say() -> None:
    rule = Rule("gm", ("💩", ":pizza:", "☕"))
    given = replace(message("gm"), candidates=frozenset({"💩"}))
    assert choose_by_rule(rule, given, ChatSettings(), UNSURE, HARMLESS) == ("💩",)
    given = replace(message("gm"), custom_emojis=frozenset({":pizza:"}))
    assert choose_by_rule(rule, given, ChatSettings(), UNSURE, HARMLESS) == ("💩", ":pizza:", "☕")
    given = replace(given, candidates=frozenset({"🔥"}), custom_emojis=frozenset())
    nothing = choose_by_rule(rule, given, ChatSettings(), UNSURE, HARMLESS)
    assert nothing is SkipReason.NO_ALLOWED_EMOJI


@pytest.mark.parametrize("language", LANGUAGES)
async def test_why_names_the_rule_and_no_threshold(core: CoreSetup, language: str) -> None:
    await core.store.rules.add(ref(), Rule("/^gm/", ("☕",)))
    await answer(core, message("gm"))
    recorded = await core.service.recorded_outcome(ref())
    text = explain_message(recorded, "key", language)
    assert "/^gm/" in text
    assert "20.0%" not in text
