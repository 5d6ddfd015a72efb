"""Replay texts."""

from model.training.feedback.replay import replay_texts


def test_without_a_recipe_the_names_are_replayed() -> None:
    texts = replay_texts(None)
    assert len(texts) > 1000
    assert len(set(texts)) == len(texts)
