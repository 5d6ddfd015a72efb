"""Figures on answers small enough to count by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from model.evaluation import metrics

RANKED = [["😂", "🤣"], ["❤", "😂"], ["🔥", "❤"], []]
TRUTH = [{"🤣"}, {"❤", "🔥"}, {"😢"}, {"😂"}]


def test_hits() -> None:
    assert metrics.hits(RANKED, TRUTH, 1).tolist() == [False, True, False, False]
    assert metrics.hits(RANKED, TRUTH, 2).tolist() == [True, True, False, False]


def test_macro_recall_weighs_emojis_equally() -> None:
    ranked = [["❤"]] * 10
    truth = [{"❤"}] * 9 + [{"😢"}]
    assert metrics.value_of(10, metrics.macro_recall(ranked, truth, 1, min_texts=1)) == 0.5
    assert metrics.value_of(10, metrics.macro_recall(ranked, truth, 1, min_texts=2)) == 1.0


def test_macro_f1_drawn_without_any_of_its_texts_is_that_of_all() -> None:
    statistic = metrics.macro_f1(["😂", "😢"], ["😂", "😂"])
    assert statistic(np.zeros(2, np.int64)) == metrics.value_of(2, statistic)


def test_macro_f1_is_that_of_the_definition() -> None:
    predicted = ["a", "a", "b", "c"]
    actual = ["a", "b", "b", "b"]
    # a: precision 1/2, recall 1; b: precision 1, recall 1/3; c is no label.
    found = metrics.value_of(4, metrics.macro_f1(predicted, actual))
    assert found == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_calibration_error() -> None:
    scores = np.array([0.8] * 10)
    assert metrics.calibration_error(scores, np.array([True] * 8 + [False] * 2), 1) < 1e-12
    assert metrics.calibration_error(scores, np.array([True] * 3 + [False] * 7)) >= 0.5 - 1e-12


def test_distinct_ignores_rare_predictions() -> None:
    ranked = [["😂"]] * 3000 + [["❤"]]
    assert metrics.count_distinct(ranked, 1) == 1


def test_the_interval_holds_the_mean_and_narrows() -> None:
    values = np.random.default_rng(1).random(4000) < 0.3
    low, high = metrics.bootstrap_interval(values.astype(float))
    wide = metrics.bootstrap_interval(values[:100].astype(float))
    assert low < values.mean() < high
    assert high - low < (wide[1] - wide[0]) / 3


def test_the_intervals_of_macro_figures_are_those_of_drawn_texts() -> None:
    rng = np.random.default_rng(2)
    labels = [str(i) for i in rng.integers(0, 4, 900)]
    answers = [label if rng.random() < 0.6 else "0" for label in labels]
    ranked, truth = [[answer] for answer in answers], [{label} for label in labels]
    statistics = {
        "f1": metrics.macro_f1(answers, labels),
        "recall": metrics.macro_recall(ranked, truth, 1),
    }
    found = metrics.with_intervals(900, statistics)
    for name in statistics:
        low, high = found[f"{name}_interval"]
        assert low < found[name] < high
        assert high - low < 0.1


def test_a_figure_of_drawn_texts_is_that_of_the_texts_repeated() -> None:
    """Counting how often a text was drawn stands for writing it down so often."""
    answers, labels, counts = ["a", "b", "b", "c"], ["a", "a", "b", "b"], np.array([2, 0, 3, 1])
    drawn = np.repeat(np.arange(4), counts)
    again = metrics.macro_f1([answers[i] for i in drawn], [labels[i] for i in drawn])
    assert metrics.macro_f1(answers, labels)(counts) == pytest.approx(metrics.value_of(6, again))
    ranked, truth = [[a] for a in answers], [{label} for label in labels]
    again = metrics.macro_recall([ranked[i] for i in drawn], [truth[i] for i in drawn], 1, 2)
    found = metrics.macro_recall(ranked, truth, 1, 2)(counts)
    assert found == pytest.approx(metrics.value_of(6, again))


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_wilson_interval_is_that_of_scipy(count_and_total: tuple[int, int]) -> None:
    expected = binomtest(*count_and_total).proportion_ci(method="wilson")
    assert metrics.wilson_interval(*count_and_total) == pytest.approx(
        (expected.low, expected.high), abs=1e-9
    )


def test_chance_alone_is_hardly_an_error_in_a_small_set() -> None:
    """Fifteen bins of eight texts would be wrong by 13 points each."""
    rng = np.random.default_rng(4)
    errors = []
    for _ in range(40):
        scores = rng.uniform(0.1, 0.7, 120)
        errors.append(metrics.calibration_error(scores, rng.random(120) < scores))
    assert np.mean(errors) < 0.07
