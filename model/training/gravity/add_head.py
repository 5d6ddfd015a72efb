"""Gives a finished artifact its guard: gravity network, gravity head and their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.artifact import LAYOUT, Artifact, write_manifest
from model.encoding import Encoder
from model.gravity_head import CLASSES, save_head
from model.predictor import Predictor
from model.training.gravity.distill_network import distill_network
from model.training.gravity.evaluate_guard import evaluate_guard
from model.training.gravity.fit_head import fit_head
from model.training.gravity.fit_network import NetworkExamples, gravity_vectors
from model.training.gravity.network import GravityNetwork, export_network
from model.training.gravity.sentences import SENTENCES
from model.training.gravity.texts import GravityTexts, read_texts

_BATCH_SIZE = 16


def add_gravity_head(
    artifact: Artifact, folder: Path = SENTENCES, data: Path | None = None
) -> Artifact:
    """Fit network and head on an artifact's encoder, and store them in the artifact's folder.

    ``folder`` holds sentences, patterns and lexicon; ``data`` the emotion sets, which are optional.
    Encoder, tokenizer and emoji table stay as they are. Figures keep the name of the version that
    they were measured on. An encoder that gives no middle states gets a head on its text vectors.

    Raises:
        SentenceError: a file is missing or malformed.
    """
    texts = read_texts(folder, data)
    unguarded = replace(artifact, gravity_head=None)
    encoder = Encoder(unguarded)
    network_file = artifact.folder / LAYOUT.gravity_network
    if encoder.gives_states:
        states = _states(encoder, texts)
        network = _fit_network(states, texts)
        head = fit_head(
            lambda cleaned: gravity_vectors(network, [states[t] for t in cleaned]), texts
        )
        export_network(network, network_file)
        width = network.gravity_width
    else:
        predictor = Predictor(unguarded)
        head = fit_head(lambda cleaned: _text_vectors(predictor, cleaned), texts)
        network_file.unlink(missing_ok=True)
        width = 0
    save_head(head, artifact.folder / LAYOUT.gravity)
    name, emojis = artifact.manifest.name, artifact.table.emojis
    description = artifact.manifest.updated(gravity_width=width)
    written = write_manifest(artifact.folder, name, emojis, description)
    description = description.updated(gravity=evaluate_guard(written, folder), figures=())
    return write_manifest(artifact.folder, name, emojis, description)


def _states(encoder: Encoder, texts: GravityTexts) -> Mapping[str, NDArray[np.float16]]:
    """Return the middle states of each text, in half precision: all of them stay in memory."""
    cleaned = [*texts.train.cleaned, *texts.validation.cleaned, *texts.harmless, *texts.posts]
    read = zip(cleaned, encoder.states(cleaned), strict=True)
    return {text: states.astype(np.float16) for text, states in read}


def _fit_network(states: Mapping[str, NDArray[np.float16]], texts: GravityTexts) -> GravityNetwork:
    train = texts.train
    labelled = NetworkExamples(
        states=[states[text] for text in train.cleaned],
        words=texts.words(train.cleaned),
        targets=np.eye(len(CLASSES), dtype=np.float32)[train.labels],
        weights=train.weights.astype(np.float32),
    )
    posts = [states[text] for text in texts.posts]
    return distill_network(labelled, posts, texts.words(texts.posts)).network


def _text_vectors(predictor: Predictor, cleaned: Sequence[str]) -> NDArray[np.float32]:
    starts = range(0, len(cleaned), _BATCH_SIZE)
    return np.concatenate([predictor.encode(cleaned[i : i + _BATCH_SIZE]) for i in starts])
