"""Values of a graph's tensors on texts, of which quantization reads the ranges."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper
from tokenizers import Encoding

from model.encoding import open_session


def feed_for(encoding: Encoding) -> dict[str, NDArray[np.int64]]:
    """Return one text as the input of an encoder graph, (1, tokens) each, without padding."""
    return {
        "input_ids": np.array([encoding.ids], dtype=np.int64),
        "attention_mask": np.ones((1, len(encoding.ids)), dtype=np.int64),
    }


def read_tensor_values(
    model: ModelProto, names: Sequence[str], encodings: Sequence[Encoding]
) -> Iterator[dict[str, NDArray[np.float32]]]:
    """Yield for each text the values of some float tensors, (1, ..., channels) each."""
    probe = ModelProto()
    probe.CopyFrom(model)
    distinct = list(dict.fromkeys(names))
    if not distinct:  # which the runtime would take for all outputs
        return
    outputs = {output.name for output in probe.graph.output}
    probe.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        for name in distinct
        if name not in outputs
    )
    session = open_session(probe.SerializeToString())
    for encoding in encodings:
        values = session.run(distinct, feed_for(encoding))
        yield dict(zip(distinct, values, strict=True))
