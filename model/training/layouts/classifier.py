"""An artifact as a text classifier in ONNX: the scores of all emojis as logits of one graph.

N-grams, pooling, emoji table, temperature and uniform prior are nodes of the graph, and cleaning
is part of the tokenizer: the softmax of the logits of a raw text is what ``Predictor`` returns as
scores. The guard against laughter on grave texts is not in it; what a gravity head reads is the
output ``gravity``, or ``vector`` if the artifact has no gravity network.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import GraphProto, NodeProto, TensorProto, compose, helper, numpy_helper
from tokenizers import Tokenizer

from model.artifact import LAYOUT, Artifact
from model.manifest import Manifest
from model.training.layouts.cleaning import with_cleaning

CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
_INPUTS = ["input_ids", "attention_mask"]


def write_classifier(artifact: Artifact, folder: Path, graph: str) -> None:
    """Write the graph, under the name ``graph``, its configuration and the tokenizer."""
    (folder / graph).parent.mkdir(parents=True, exist_ok=True)
    onnx.save(classifier_graph(artifact), str(folder / graph))
    write_json(folder / CONFIG, _config(artifact))
    write_tokenizer(artifact, folder)


def write_tokenizer(artifact: Artifact, folder: Path) -> None:
    """Write the tokenizer, with cleaning, as transformers and transformers.js read it."""
    tokenizer = with_cleaning(Tokenizer.from_file(str(artifact.tokenizer)))
    tokenizer.save(str(folder / TOKENIZER), pretty=False)
    write_json(folder / TOKENIZER_CONFIG, _tokenizer_config(artifact.manifest, tokenizer))


def labels(artifact: Artifact) -> dict[str, Any]:
    """Return the names of a classifier's outputs as ``config.json`` has them."""
    emojis = artifact.table.emojis
    return {
        "id2label": {str(i): emoji for i, emoji in enumerate(emojis)},
        "label2id": {emoji: i for i, emoji in enumerate(emojis)},
    }


def write_json(path: Path, content: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    """Write a JSON file as the tools do: UTF-8, indented."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def classifier_graph(artifact: Artifact) -> onnx.ModelProto:
    """Return the encoder's graph with another output: logits, (batch, emojis).

    They are the predictor's log-scores over the whole table. Gravity vectors, (batch, g), are one
    more if the artifact has a gravity network.
    """
    model = onnx.load(str(artifact.encoder))
    _join_gravity_network(model.graph, artifact)
    graph, manifest, table = model.graph, artifact.manifest, artifact.table
    temperature = np.float32(manifest.temperature_among(len(table.emojis)))
    vector = graph.output[0]
    weight = np.float32(manifest.uniform_prior_weight)
    constants: dict[str, Any] = {
        "emoji_embeddings": np.ascontiguousarray(table.embeddings.T / temperature),
        "emoji_bias": table.bias / temperature,
    }
    nodes = [
        helper.make_node("MatMul", [vector.name, "emoji_embeddings"], ["emoji_products"]),
        helper.make_node("Add", ["emoji_products", "emoji_bias"], ["emoji_logits"]),
    ]
    if weight:
        constants |= {"one": np.float32(1), "bias_weight": np.log1p(-weight)}
        constants["uniform_weight"] = np.log(weight)
        nodes += _opinion_pool()
    else:
        nodes.append(helper.make_node("LogSoftmax", ["emoji_logits"], ["logits"], axis=-1))
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value, np.float32), name)
        for name, value in constants.items()
    )
    graph.node.extend(nodes)
    vector_shape = vector.type.tensor_type.shape.dim
    batch = vector_shape[0].dim_param or "batch"
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch, len(table.emojis)])
    graph.output.insert(0, logits)
    _cut_inputs(graph, manifest.max_tokens)
    onnx.checker.check_model(model)
    return model


def _cut_inputs(graph: GraphProto, max_tokens: int) -> None:
    """Let the graph read the first tokens alone: not every tool truncates by itself."""
    for node in graph.node:
        node.input[:] = [f"first_{name}" if name in _INPUTS else name for name in node.input]
    cut = {"first_token": 0, "token_limit": max_tokens, "token_axis": 1}
    graph.initializer.extend(
        numpy_helper.from_array(np.array([value], np.int64), name) for name, value in cut.items()
    )
    for name in _INPUTS:
        graph.node.insert(0, helper.make_node("Slice", [name, *cut], [f"first_{name}"]))


def _join_gravity_network(graph: GraphProto, artifact: Artifact) -> None:
    """Let gravity vectors take the place of the middle states among the outputs, if there are any.

    Without a network nobody reads those either.
    """
    states = [output for output in graph.output if output.name == "states"]
    for output in states:
        graph.output.remove(output)
    if not states or not artifact.manifest.gravity_width:
        return
    network = onnx.load(str(artifact.folder / LAYOUT.gravity_network))
    kept = {*_INPUTS, "states", "gravity"}
    prefixed = compose.add_prefix(network, "gravity/").graph
    for node in prefixed.node:
        for names in (node.input, node.output):
            names[:] = [bare if (bare := n.removeprefix("gravity/")) in kept else n for n in names]
    graph.node.extend(prefixed.node)
    graph.initializer.extend(prefixed.initializer)
    graph.output.extend(network.graph.output)


def _opinion_pool() -> list[NodeProto]:
    """Return the nodes of ``model.scores.log_scores`` with a uniform prior."""
    return [
        helper.make_node("LogSoftmax", ["emoji_logits"], ["with_bias"], axis=-1),
        helper.make_node("LogSoftmax", ["emoji_products"], ["without_bias"], axis=-1),
        helper.make_node("Add", ["with_bias", "bias_weight"], ["first"]),
        helper.make_node("Add", ["without_bias", "uniform_weight"], ["second"]),
        helper.make_node("Max", ["first", "second"], ["greater"]),
        helper.make_node("Min", ["first", "second"], ["smaller"]),
        helper.make_node("Sub", ["smaller", "greater"], ["difference"]),
        helper.make_node("Exp", ["difference"], ["ratio"]),
        helper.make_node("Add", ["ratio", "one"], ["sum"]),
        helper.make_node("Log", ["sum"], ["excess"]),
        helper.make_node("Add", ["greater", "excess"], ["logits"]),
    ]


def _config(artifact: Artifact) -> dict[str, Any]:
    # The graph is the network whatever its architecture was: readers of ONNX need a type that they
    # know, with these two inputs.
    return {
        "model_type": "bert",
        "architectures": ["BertForSequenceClassification"],
        "problem_type": "single_label_classification",
        "max_position_embeddings": artifact.manifest.max_tokens,
        "pad_token_id": artifact.manifest.padding.id,
        **labels(artifact),
    }


def _tokenizer_config(manifest: Manifest, tokenizer: Tokenizer) -> dict[str, Any]:
    config: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": manifest.max_tokens,
        "model_input_names": _INPUTS,
        "pad_token": manifest.padding.token,
        "clean_up_tokenization_spaces": False,
    }
    unknown = json.loads(tokenizer.to_str())["model"].get("unk_id")
    if unknown is not None:
        config["unk_token"] = tokenizer.id_to_token(unknown)
    return config
