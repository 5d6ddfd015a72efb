"""Each step of the pipeline by itself."""

from dataclasses import replace

import pytest

from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.errors import Overloaded
from bot.core.events import Outcome, SkipReason
from bot.core.messages import pipeline
from bot.core.messages.pipeline import ArtifactInfo, PipelineInput, Prepared
from bot.core.messages.policy import TOP_K, Pace
from bot.core.preferences.posterior import Preferences
from model import Prediction
from tests.core.fakes import EchoPredictor, message, ref

ARTIFACT = ArtifactInfo("tiny-1", 0.2)
PREPARED = Prepared(k=6, threshold=0.2, artifact_version="tiny-1")
GIVEN = PipelineInput(message(), ChatSettings(emoji_deny=frozenset({"💩"})), None)
SEVEN = [Prediction(emoji, 0.3 - n / 30) for n, emoji in enumerate("😂💩🔥🎉😭💀😢")]
EMOJIS = ("😂", "🔥", "🎉", "😭", "💀")


def asked(given: PipelineInput) -> PipelineInput:
    return replace(given, message=replace(given.message, requested=True))


def test_prepare_requests_five_more_than_the_denied_emojis_and_one() -> None:
    assert pipeline.prepare(GIVEN, ARTIFACT).k == TOP_K + 2
    few = replace(GIVEN, candidates=frozenset({"😂"}))
    assert pipeline.prepare(few, ARTIFACT).k == TOP_K + 1


def test_prepare_takes_the_threshold_of_request_chat_or_artifact() -> None:
    assert pipeline.prepare(GIVEN, ARTIFACT).threshold == 0.2
    chosen = replace(GIVEN, settings=ChatSettings(confidence_threshold=0.5))
    assert pipeline.prepare(chosen, ARTIFACT).threshold == 0.5
    assert pipeline.prepare(asked(chosen), ARTIFACT).threshold == 0.0


def test_prepare_raises_the_threshold_if_acceptance_is_low() -> None:
    disliked = replace(GIVEN, preferences=Preferences(acceptance=0.2, vote_count=100.0))
    assert pipeline.prepare(disliked, ARTIFACT).threshold > 0.4


async def test_predict_passes_the_prepared_values() -> None:
    predictor = EchoPredictor()
    given = replace(GIVEN, preferences=Preferences(bias={"😂": 1.0}))
    assert await pipeline.predict(predictor, given, PREPARED) == predictor.predictions
    assert predictor.asked == [("so funny", 6, None)]
    assert predictor.biases == [{"😂": 1.0}]


async def test_predict_needs_candidates() -> None:
    predictor = EchoPredictor()
    none = replace(GIVEN, candidates=frozenset())
    result = await pipeline.predict(predictor, none, PREPARED)
    assert (result, predictor.asked) == (SkipReason.NO_ALLOWED_EMOJI, [])


async def test_predict_returns_an_overload_and_raises_other_errors() -> None:
    busy = EchoPredictor(error=Overloaded("full"))
    assert await pipeline.predict(busy, GIVEN, PREPARED) is SkipReason.OVERLOADED
    with pytest.raises(ValueError, match="broken"):
        await pipeline.predict(EchoPredictor(error=ValueError("broken")), GIVEN, PREPARED)


def test_rank_keeps_the_best_five_permitted_emojis() -> None:
    ranked = pipeline.rank(GIVEN, SEVEN)
    assert tuple(p.emoji for p in ranked.top) == EMOJIS
    assert len(ranked.predictions) == 7


def test_rank_keeps_the_best_five_if_the_chat_permits_none() -> None:
    nothing = replace(GIVEN, settings=ChatSettings(emoji_allow=frozenset()))
    assert pipeline.rank(nothing, SEVEN).top == tuple(SEVEN[:5])


def test_rank_swaps_neighbours_by_pending_preferences() -> None:
    given = replace(GIVEN, preferences=Preferences(pending_bias={"🎉": 5.0}))
    assert [p.emoji for p in pipeline.rank(given, SEVEN).top][:3] == ["😂", "🎉", "🔥"]


def test_decide_shows_the_best_above_the_threshold() -> None:
    ranked = pipeline.rank(GIVEN, SEVEN)
    outcome = pipeline.decide(GIVEN, PREPARED, ranked, Pace())
    assert outcome == Outcome(
        ref(), ranked.top, shown=("😂",), artifact_version="tiny-1", confidence_threshold=0.2
    )


@pytest.mark.parametrize(
    ("given", "threshold", "pace", "reason"),
    [
        (GIVEN, 0.9, Pace(), SkipReason.BELOW_THRESHOLD),
        (
            replace(GIVEN, settings=ChatSettings(emoji_allow=frozenset())),
            0.0,
            Pace(),
            SkipReason.NO_ALLOWED_EMOJI,
        ),
        (
            replace(GIVEN, settings=ChatSettings(max_per_minute=3)),
            0.0,
            Pace(1.0, 3),
            SkipReason.RATE_LIMIT,
        ),
        (
            replace(GIVEN, settings=ChatSettings(cooldown_seconds=9.0)),
            0.0,
            Pace(1.0, 1),
            SkipReason.COOLDOWN,
        ),
    ],
)
def test_decide_names_the_skip_reason_and_keeps_the_predictions(
    given: PipelineInput, threshold: float, pace: Pace, reason: SkipReason
) -> None:
    ranked = pipeline.rank(given, SEVEN)
    outcome = pipeline.decide(given, replace(PREPARED, threshold=threshold), ranked, pace)
    assert (outcome.shown, outcome.skip_reason) == ((), reason)
    assert outcome.predictions == ranked.top


@pytest.mark.parametrize(
    "given", [asked(GIVEN), replace(GIVEN, settings=ChatSettings(mode=Mode.REPLY))]
)
def test_decide_offers_all_five_as_buttons(given: PipelineInput) -> None:
    outcome = pipeline.decide(given, PREPARED, pipeline.rank(given, SEVEN), Pace())
    assert (len(outcome.shown), outcome.as_buttons) == (5, True)


LIVELY = replace(
    GIVEN, preferences=Preferences(vote_count=50.0, default_sd=1.0, bias_sd={"😂": 0.0})
)
SHOWN = Outcome(ref(), predictions=tuple(SEVEN[:1] + SEVEN[2:4]), shown=("😂",))


def test_explore_shows_a_drawn_emoji_at_the_exploration_rate() -> None:
    rate = LIVELY.settings.exploration_rate
    draws = iter([0.0, 5.0, 0.0])
    explored = pipeline.explore_outcome(LIVELY, SHOWN, 1 - rate, lambda: next(draws))
    assert explored == replace(SHOWN, shown=("🔥",))
    assert pipeline.explore_outcome(LIVELY, SHOWN, 0.5, lambda: 5.0) is SHOWN


@pytest.mark.parametrize(
    "outcome",
    [
        replace(SHOWN, as_buttons=True),
        replace(SHOWN, shown=(), skip_reason=SkipReason.BELOW_THRESHOLD),
        replace(SHOWN, predictions=(Prediction("😢", 0.6), Prediction("🔥", 0.3)), shown=("😢",)),
    ],
    ids=["buttons", "nothing shown", "gravity"],
)
def test_explore_leaves_other_outcomes_unchanged(outcome: Outcome) -> None:
    assert pipeline.explore_outcome(LIVELY, outcome, 0.999, lambda: 5.0) is outcome
