"""Weights and activations that int8 suits both: SmoothQuant (Xiao et al., 2023) on an ONNX graph.

A few of an encoder's channels are a hundred times larger than the others, and one scale for all of
them leaves the others few of int8's steps. Dividing each channel by about its largest value, and
multiplying the rows of the weights by the same, changes nothing but what rounding costs.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, helper, numpy_helper
from tokenizers import Encoding

SUFFIX = "_smooth"
"""After a weight's name: what its input is multiplied by; its rows were divided by the same."""
_STRENGTH = 0.8  # of 0.5, 0.65, 0.8, 0.9 and 1, the one with the least error
_OPERATORS = ("MatMul", "Attention")


def feed_for(encoding: Encoding) -> dict[str, NDArray[np.int64]]:
    """One text as an encoder graph takes it, without padding."""
    return {
        "input_ids": np.array([encoding.ids], dtype=np.int64),
        "attention_mask": np.ones((1, len(encoding.ids)), dtype=np.int64),
    }


def apply_smoothquant(path: Path, encodings: Sequence[Encoding]) -> None:
    """Rewrite a float graph in place; ``encodings`` are texts as it will see them."""
    model = onnx.load(str(path))
    weighted = list(_weighted(model.graph))
    largest = _largest(model, [node.input[0] for node, _ in weighted], encodings)
    for node, weight in weighted:
        _scale(model.graph, node, weight, largest[node.input[0]])
    onnx.save(model, str(path))


def _weighted(graph: GraphProto) -> Iterator[tuple[NodeProto, onnx.TensorProto]]:
    """The nodes that multiply by a constant matrix, each matrix once."""
    constants = {item.name: item for item in graph.initializer}
    for node in list(graph.node):
        if node.op_type in _OPERATORS and node.input[1] in constants:
            weight = constants.pop(node.input[1])
            if len(weight.dims) == 2:
                yield node, weight


def _largest(
    model: ModelProto, names: Sequence[str], encodings: Sequence[Encoding]
) -> dict[str, NDArray[np.float32]]:
    """The largest absolute value of each channel of some tensors."""
    probe = ModelProto()
    probe.CopyFrom(model)
    distinct = list(dict.fromkeys(names))
    there = {output.name for output in probe.graph.output}
    probe.graph.output.extend(
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        for name in distinct
        if name not in there
    )
    session = onnxruntime.InferenceSession(
        probe.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    largest: dict[str, NDArray[np.float32]] = {}
    for encoding in encodings:
        for name, value in zip(distinct, session.run(distinct, feed_for(encoding)), strict=True):
            peak = np.abs(value).reshape(-1, value.shape[-1]).max(0)
            largest[name] = np.maximum(largest.get(name, 0), peak)
    return largest


def _scale(
    graph: GraphProto, node: NodeProto, weight: onnx.TensorProto, largest: NDArray[np.float32]
) -> None:
    matrix = numpy_helper.to_array(weight).astype(np.float32)
    rows = np.maximum(np.abs(matrix).max(1), 1e-5)
    scale = np.maximum(largest, 1e-5) ** _STRENGTH / rows ** (1 - _STRENGTH)
    scale = (scale / np.exp(np.log(scale).mean())).astype(np.float32)
    weight.CopyFrom(numpy_helper.from_array(matrix * scale[:, None], weight.name))
    factor = f"{weight.name}{SUFFIX}"
    graph.initializer.append(numpy_helper.from_array(1 / scale, factor))
    scaled = f"{weight.name}_scaled_input"
    multiply = helper.make_node("Mul", [node.input[0], factor], [scaled], name=f"{scaled}_mul")
    node.input[0] = scaled
    graph.node.insert(list(graph.node).index(node), multiply)
