"""Int8 quantization of an encoder graph, after which a text's vector is its own.

Weights have a scale for each output channel, embeddings one for each row. Activations have one for
each token, or a constant: a scale computed from the whole batch, as onnxruntime's dynamic
quantization has, makes a text's vector depend on the other texts.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Encoding

from model.training.export.smoothquant import apply_smoothquant
from model.training.export.tensor_values import read_tensor_values

_MIN_ROWS = 256
"""Fewer embeddings, those of positions and segments, stay in float."""
_MIN_PEAK = 1e-12
_MAX_INT8 = 127
_MAX_UINT8 = 255


def quantize(graph: Path, target: Path, encodings: Sequence[Encoding] = ()) -> None:
    """Write a float graph as int8; ``graph`` is changed.

    ``encodings`` are texts as they will be served: SmoothQuant and the constant scales read
    them. Without any there is no SmoothQuant, and a batch has one scale.
    """
    if encodings:
        apply_smoothquant(graph, encodings)
    quantize_embeddings(graph)
    quantize_dynamic(
        graph,
        target,
        op_types_to_quantize=["MatMul", "Attention"],
        weight_type=QuantType.QInt8,
        per_channel=True,
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
    )
    if encodings:
        make_scales_independent(target, encodings)


def quantize_embeddings(path: Path) -> None:
    """Write each large table of embeddings as int8 with one scale for each row, in place."""
    model = onnx.load(str(path))
    constants = {item.name: item for item in model.graph.initializer}
    for node in list(model.graph.node):
        table = constants.get(node.input[0]) if node.op_type == "Gather" else None
        if table is not None and len(table.dims) == 2 and table.dims[0] >= _MIN_ROWS:
            _quantize_rows(model.graph, node, table)
    onnx.save(model, str(path))


def _quantize_rows(graph: GraphProto, node: NodeProto, table: TensorProto) -> None:
    """Replace a look-up of float rows by one of int8 rows and one of their scales."""
    rows: NDArray[np.float32] = numpy_helper.to_array(table)
    scale = np.maximum(np.abs(rows).max(1, keepdims=True) / _MAX_INT8, _MIN_PEAK).astype(np.float32)
    name, output = table.name, node.output[0]
    quantized, scales = f"{name}_quantized", f"{name}_scale"
    graph.initializer.remove(table)
    graph.initializer.append(
        numpy_helper.from_array(np.rint(rows / scale).astype(np.int8), quantized)
    )
    graph.initializer.append(numpy_helper.from_array(scale, scales))
    steps = [
        helper.make_node("Gather", [quantized, node.input[1]], [f"{output}_int8"]),
        helper.make_node("Cast", [f"{output}_int8"], [f"{output}_cast"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [scales, node.input[1]], [f"{output}_scale"]),
        helper.make_node("Mul", [f"{output}_cast", f"{output}_scale"], [output]),
    ]
    _replace(graph, node, steps)


def make_scales_independent(path: Path, encodings: Sequence[Encoding]) -> None:
    """Replace the scales that a graph computes from a whole batch, in place.

    The input of a product gets one for each row. That of fused attention, whose kernel takes one
    number, gets a constant that covers the activations of ``encodings``; it follows a layer
    normalization, so that other texts hardly exceed it.
    """
    model = onnx.load(str(path))
    graph = model.graph
    nodes = [node for node in graph.node if node.op_type == "DynamicQuantizeLinear"]
    products = {node.output[0]: _products_of(graph, node) for node in nodes}
    fixed = [node.input[0] for node in nodes if not products[node.output[0]]]
    ranges = _ranges(model, fixed, encodings)
    for node in nodes:
        if rescaled := products[node.output[0]]:
            _scale_rows(graph, node, rescaled)
        else:
            _fix_scale(graph, node, *ranges[node.input[0]])
    onnx.save(model, str(path))


def _products_of(graph: GraphProto, node: NodeProto) -> list[NodeProto]:
    """Return the last node, which applies the scales, of each product of quantized activations.

    Empty if something else reads them too.
    """
    scaled = []
    for consumer in _consumers(graph, node.output[0]):
        if consumer.op_type != "MatMulInteger":
            return []
        [cast] = _consumers(graph, consumer.output[0])
        scaled += _consumers(graph, cast.output[0])
    return scaled


def _consumers(graph: GraphProto, name: str) -> list[NodeProto]:
    return [node for node in graph.node if name in node.input]


def _scale_rows(graph: GraphProto, node: NodeProto, products: Sequence[NodeProto]) -> None:
    """Divide each row by its peak before it is quantized, and multiply the products by it."""
    name, peak = node.input[0], f"{node.input[0]}_peak"
    _add_constants(graph, node, np.float32(1 / _MAX_INT8), np.uint8(_MAX_INT8 + 1))
    floor = f"{name}_min_peak"
    graph.initializer.append(numpy_helper.from_array(np.array(_MIN_PEAK, np.float32), floor))
    steps = [
        helper.make_node("Abs", [name], [f"{name}_abs"]),
        helper.make_node("ReduceMax", [f"{name}_abs"], [f"{name}_max"], axes=[-1], keepdims=1),
        helper.make_node("Max", [f"{name}_max", floor], [peak]),
        helper.make_node("Div", [name, peak], [f"{name}_unit"]),
        helper.make_node("QuantizeLinear", [f"{name}_unit", *node.output[1:]], [node.output[0]]),
    ]
    _replace(graph, node, steps)
    for product in products:
        output, unit = product.output[0], f"{product.output[0]}_unit"
        last = NodeProto()
        last.CopyFrom(product)
        last.output[0] = unit
        _replace(graph, product, [last, helper.make_node("Mul", [unit, peak], [output])])


def _fix_scale(graph: GraphProto, node: NodeProto, low: float, high: float) -> None:
    """Quantize activations from ``low``, at most 0, to ``high``, at least 0."""
    scale = np.float32(max(high - low, _MIN_PEAK) / _MAX_UINT8)
    zero_point = np.uint8(np.clip(np.rint(-low / scale), 0, _MAX_UINT8))
    _add_constants(graph, node, scale, zero_point)
    step = helper.make_node("QuantizeLinear", [node.input[0], *node.output[1:]], [node.output[0]])
    _replace(graph, node, [step])


def _add_constants(
    graph: GraphProto, node: NodeProto, scale: np.float32, zero_point: np.uint8
) -> None:
    """Add a scale and zero point under the names of those that a node computes."""
    for value, name in zip((scale, zero_point), node.output[1:], strict=True):
        graph.initializer.append(numpy_helper.from_array(np.array(value), name))


def _ranges(
    model: ModelProto, names: Sequence[str], encodings: Sequence[Encoding]
) -> dict[str, tuple[float, float]]:
    """Return the lowest and highest value of some tensors, 0 within."""
    ranges = dict.fromkeys(names, (0.0, 0.0))
    for values in read_tensor_values(model, names, encodings):
        for name, value in values.items():
            low, high = ranges[name]
            ranges[name] = min(low, float(value.min())), max(high, float(value.max()))
    return ranges


def _replace(graph: GraphProto, node: NodeProto, steps: Sequence[NodeProto]) -> None:
    """Put nodes into the place of one."""
    position = list(graph.node).index(node)
    graph.node.remove(node)
    for offset, step in enumerate(steps):
        step.name = f"{step.output[0]}_{step.op_type}"
        graph.node.insert(position + offset, step)
