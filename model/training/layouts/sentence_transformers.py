"""An artifact as a model of sentence-transformers: Transformer, mean pooling, dense head.

The head gives the logits of the emojis, which ``config.json`` of the Transformer names; the
softmax of them are scores. Its weights are the artifact's, dequantized. Left out, since no module
of the library holds them: the n-gram bag, and the uniform prior.
"""

from pathlib import Path

import torch
from safetensors.torch import save

from model.artifact import Artifact
from model.training.export.restore import RestoreError, restore_text_encoder
from model.training.layouts.classifier import labels, write_json, write_tokenizer
from model.training.layouts.layout_format import LayoutError
from model.training.network.text_encoder import TextEncoder

_TRANSFORMER, _POOLING, _DENSE = "0_Transformer", "1_Pooling", "2_Dense"
_WEIGHTS = "model.safetensors"
_TYPES = {_TRANSFORMER: "Transformer", _POOLING: "Pooling", _DENSE: "Dense"}


def write_sentence_transformers(artifact: Artifact, folder: Path) -> None:
    """Write the modules.

    Raises:
        LayoutError: the encoder is no BERT.
    """
    try:
        text_encoder = restore_text_encoder(artifact)
    except RestoreError:
        raise LayoutError(
            f"{artifact.encoder} is no BERT, the only encoder of which sentence-transformers gets"
            " its weights back; choose another --format"
        ) from None
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"}
        for i, (path, name) in enumerate(_TYPES.items())
    ]
    write_json(folder / "modules.json", modules)
    write_json(
        folder / "config_sentence_transformers.json",
        {"__version__": {}, "prompts": {}, "similarity_fn_name": "cosine"},
    )
    _write_transformer(artifact, text_encoder, folder / _TRANSFORMER)
    (folder / _POOLING).mkdir()
    size = text_encoder.projection.in_features
    pooling = {"word_embedding_dimension": size, "pooling_mode_mean_tokens": True}
    write_json(folder / _POOLING / "config.json", {"pooling_mode_cls_token": False, **pooling})
    _write_head(artifact, text_encoder, folder / _DENSE)


def _write_transformer(artifact: Artifact, text_encoder: TextEncoder, folder: Path) -> None:
    folder.mkdir()
    encoder, manifest = text_encoder.encoder, artifact.manifest
    for pooler in encoder.pooler.parameters():  # type: ignore[union-attr] # nothing reads it
        torch.nn.init.zeros_(pooler)
    config = encoder.config.to_dict()  # type: ignore[operator, union-attr]
    config |= {"architectures": ["BertModel"], "pad_token_id": manifest.padding.id}
    config |= dict.fromkeys(("dtype", "torch_dtype"), "float32")
    write_json(folder / "config.json", config | labels(artifact))
    # Half precision at rest holds int8 weights and their scales; they are read as float32.
    weights = {name: x.half().contiguous() for name, x in encoder.state_dict().items()}
    (folder / _WEIGHTS).write_bytes(save(weights, {"format": "pt"}))
    write_json(
        folder / "sentence_bert_config.json",
        {"max_seq_length": manifest.max_tokens, "do_lower_case": False},
    )
    write_tokenizer(artifact, folder)


@torch.inference_mode()
def _write_head(artifact: Artifact, text_encoder: TextEncoder, folder: Path) -> None:
    """Write projection, emoji table and temperature as one linear layer."""
    folder.mkdir()
    table = artifact.table
    temperature = artifact.manifest.temperature_among(len(table.emojis))
    projection = text_encoder.projection
    embeddings = torch.from_numpy(table.embeddings)[:, : projection.out_features]
    weight = embeddings @ projection.weight / temperature
    bias = (embeddings @ projection.bias + torch.from_numpy(table.bias)) / temperature
    (folder / _WEIGHTS).write_bytes(save({"linear.weight": weight, "linear.bias": bias}))
    config = {
        "in_features": projection.in_features,
        "out_features": len(table.emojis),
        "bias": True,
        "activation_function": "torch.nn.modules.linear.Identity",
    }
    write_json(folder / "config.json", config)
