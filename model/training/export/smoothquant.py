"""SmoothQuant (Xiao et al., 2023) on an ONNX graph: activations and weights that suit int8.

A few channels of an encoder's activations are a hundred times larger than the others, and one
scale for all of them leaves the others few of the int8 steps. Each channel is divided by about its
largest value, and the rows of the weights are multiplied by the same: the float graph computes the
same.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, helper, numpy_helper
from tokenizers import Encoding

from model.training.export.tensor_values import read_tensor_values

SCALE_SUFFIX = "_smooth"
"""Suffix of a weight's name for the factors of its input; its rows were divided by them."""
_MIGRATION_STRENGTH = 0.8
"""The paper's alpha; of 0.5, 0.65, 0.8, 0.9 and 1 the one with the least error."""
_MIN_PEAK = 1e-5
_OPERATORS = ("MatMul", "Attention")


def apply_smoothquant(path: Path, encodings: Sequence[Encoding]) -> None:
    """Rewrite a float graph in place; ``encodings`` are texts as they will be served."""
    model = onnx.load(str(path))
    products = list(_constant_products(model.graph))
    peaks = _channel_peaks(model, [node.input[0] for node, _ in products], encodings)
    for node, weight in products:
        _smooth(model.graph, node, weight, peaks[node.input[0]])
    onnx.save(model, str(path))


def _constant_products(graph: GraphProto) -> Iterator[tuple[NodeProto, onnx.TensorProto]]:
    """Yield the nodes that multiply by a constant matrix, each matrix once."""
    constants = {item.name: item for item in graph.initializer}
    for node in list(graph.node):
        if node.op_type in _OPERATORS and node.input[1] in constants:
            weight = constants.pop(node.input[1])
            if len(weight.dims) == 2:
                yield node, weight


def _channel_peaks(
    model: ModelProto, names: Sequence[str], encodings: Sequence[Encoding]
) -> dict[str, NDArray[np.float32]]:
    """Return the largest absolute value of each channel of some tensors, (channels,) each."""
    peaks: dict[str, NDArray[np.float32]] = {}
    for values in read_tensor_values(model, names, encodings):
        for name, value in values.items():
            peak = np.abs(value).reshape(-1, value.shape[-1]).max(0)
            peaks[name] = np.maximum(peaks.get(name, 0), peak)
    return peaks


def _smooth(
    graph: GraphProto, node: NodeProto, weight: onnx.TensorProto, peaks: NDArray[np.float32]
) -> None:
    """Divide a product's input by a scale, and multiply the rows of its weight by it."""
    matrix = numpy_helper.to_array(weight).astype(np.float32)
    row_peaks = np.maximum(np.abs(matrix).max(1), _MIN_PEAK)
    scale = np.maximum(peaks, _MIN_PEAK) ** _MIGRATION_STRENGTH
    scale = scale / row_peaks ** (1 - _MIGRATION_STRENGTH)
    scale = (scale / np.exp(np.log(scale).mean())).astype(np.float32)
    weight.CopyFrom(numpy_helper.from_array(matrix * scale[:, None], weight.name))
    factor = f"{weight.name}{SCALE_SUFFIX}"
    graph.initializer.append(numpy_helper.from_array(1 / scale, factor))
    scaled = f"{weight.name}_scaled_input"
    multiply = helper.make_node("Mul", [node.input[0], factor], [scaled], name=f"{scaled}_mul")
    node.input[0] = scaled
    graph.node.insert(list(graph.node).index(node), multiply)
