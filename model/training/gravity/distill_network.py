"""Fit of the gravity network on labelled texts, and on unlabelled posts by distillation.

Some thousand sentences leave much of a network to chance: the mean of several, fitted with other
seeds, misses fewer grave texts than any of them, but takes their time together. One network learns
that mean from posts (Hinton, Vinyals and Dean, 2015, "Distilling the Knowledge in a Neural
Network").
"""

import logging

import numpy as np
from numpy.typing import NDArray

from model.training.gravity.fit_network import (
    GravityClassifier,
    NetworkExamples,
    States,
    class_probabilities,
    fit_network,
)

log = logging.getLogger(__name__)

TEACHERS = 3
POST_WEIGHT = 0.2
"""Weight of a post in the fit; a sentence has 1."""


def distill_network(
    labelled: NetworkExamples, posts: States, post_words: NDArray[np.float32]
) -> GravityClassifier:
    """Return a network fitted on labelled texts and, if there are any, on posts.

    ``post_words`` are the words of the posts, (posts, word classes).
    """
    if not len(posts):
        return fit_network(labelled)
    answers = np.zeros((len(posts), labelled.targets.shape[1]), dtype=np.float32)
    for seed in range(1, TEACHERS + 1):
        answers += class_probabilities(fit_network(labelled, seed), posts, post_words) / TEACHERS
        log.info("teacher %d of %d answered %d posts", seed, TEACHERS, len(posts))
    return fit_network(
        NetworkExamples(
            states=[*labelled.states, *posts],
            words=np.concatenate([labelled.words, post_words]),
            targets=np.concatenate([labelled.targets, answers]),
            weights=np.concatenate(
                [labelled.weights, np.full(len(posts), POST_WEIGHT, dtype=np.float32)]
            ),
        )
    )
