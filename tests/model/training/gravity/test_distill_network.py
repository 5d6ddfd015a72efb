"""Distillation of several gravity networks into one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from model.gravity_head import CLASSES
from model.training.gravity import fit_network as fit
from model.training.gravity.distill_network import TEACHERS, distill_network
from model.training.gravity.fit_network import NetworkExamples, States, class_probabilities

SIZE = 8
NO_WORDS = np.zeros((40, 1), dtype=np.float32)


def states(rng: np.random.Generator, direction: int) -> States:
    """Texts of three tokens that point one way."""
    point = np.zeros(SIZE)
    point[direction] = 3
    return [(point + rng.normal(0, 0.3, (3, SIZE))).astype(np.float16) for _ in range(40)]


@pytest.fixture
def labelled() -> NetworkExamples:
    rng = np.random.default_rng(0)
    classes = np.repeat(np.eye(len(CLASSES), dtype=np.float32)[:2], 40, axis=0)
    return NetworkExamples(
        states=[*states(rng, 0), *states(rng, 1)],
        words=np.concatenate([NO_WORDS, NO_WORDS]),
        targets=classes,
        weights=np.ones(80, dtype=np.float32),
    )


def test_a_network_learns_from_labels_and_posts(
    labelled: NetworkExamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits: list[NetworkExamples] = []
    plain = fit.fit_network

    def recorded(examples: NetworkExamples, seed: int = 0) -> fit.GravityClassifier:
        fits.append(examples)
        return plain(examples, seed)

    monkeypatch.setattr("model.training.gravity.distill_network.fit_network", recorded)
    posts = states(np.random.default_rng(1), 1)
    model = distill_network(labelled, posts, NO_WORDS)
    assert [len(examples.states) for examples in fits] == [80] * TEACHERS + [120]
    answers: NDArray[np.float32] = fits[-1].targets[80:]
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)
    assert (answers.argmax(axis=1) == 1).all()  # as the texts that point the same way
    found = class_probabilities(model, labelled.states, labelled.words)
    assert (found.argmax(axis=1) == labelled.targets.argmax(axis=1)).all()


def test_without_posts_it_learns_from_labels_alone(labelled: NetworkExamples) -> None:
    alone = distill_network(labelled, [], NO_WORDS[:0])
    same = fit.fit_network(labelled)
    np.testing.assert_array_equal(
        class_probabilities(alone, labelled.states, labelled.words),
        class_probabilities(same, labelled.states, labelled.words),
    )
