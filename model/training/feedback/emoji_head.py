"""What is fitted on feedback, and the artifact that it becomes."""

import math
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from model import artifact
from model.artifact import LAYOUT, Artifact, save_table, write_manifest
from model.manifest import FeedbackRecord
from model.training.export.onnx import export_encoder
from model.training.network.text_encoder import TextEncoder, load_tokenizer

_FITTED = 256
"""Texts by which int8 is fitted."""


class EmojiHead(nn.Module):
    """Rows, biases and a projection over text vectors; ``text`` where the encoder learns too."""

    def __init__(self, source: Artifact, text: TextEncoder | None) -> None:
        """Begin with what the artifact answers."""
        super().__init__()
        self.embeddings = nn.Parameter(torch.from_numpy(source.table.embeddings.copy()))
        self.bias = nn.Parameter(torch.from_numpy(source.table.bias.copy()))
        self.projection = nn.Parameter(torch.eye(source.table.embeddings.shape[1]))
        self.text_encoder = text
        self.temperature = source.manifest.temperature
        self.uniform_prior_weight = source.manifest.uniform_prior_weight

    def forward(self, read: Tensor, mask: Tensor | None = None) -> Tensor:
        """Log-scores as they are served (``model.scores``), (texts, emojis).

        ``read`` holds text vectors, (texts, d), or where the encoder learns too token ids with
        their ``mask``, (texts, tokens) each.
        """
        vectors = read if self.text_encoder is None else self.text_encoder(read, mask).float()
        products = (vectors @ self.projection) @ self.embeddings.T
        usual = torch.log_softmax((products + self.bias) / self.temperature, dim=1)
        if not self.uniform_prior_weight:
            return usual
        even = torch.log_softmax(products / self.temperature, dim=1)
        return torch.logaddexp(
            usual + math.log1p(-self.uniform_prior_weight),
            even + math.log(self.uniform_prior_weight),
        )


def write_candidate(
    heads: EmojiHead,
    source: Artifact,
    folder: Path,
    feedback: FeedbackRecord,
    texts: Sequence[str] = (),
) -> Artifact:
    """Write the artifact of a finished fit; ``feedback`` goes into its manifest.

    With a frozen encoder the graph is the old one, to the byte: the projection is folded into the
    rows and the name map. Else int8 is fitted by ``texts``, cleaned.
    """
    shutil.rmtree(folder, ignore_errors=True)
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    shutil.copyfile(source.tokenizer, partial / LAYOUT.tokenizer)
    if heads.text_encoder is None:
        shutil.copyfile(source.encoder, partial / LAYOUT.encoder)
    else:
        tokenizer = load_tokenizer(str(source.folder), source.manifest.max_tokens)
        tokenizer.no_padding()
        encodings = tokenizer.encode_batch(list(texts[:_FITTED]))
        export_encoder(heads.text_encoder, partial / LAYOUT.encoder, encodings=encodings)
    projection = heads.projection.detach().numpy()
    table = replace(
        source.table,
        embeddings=heads.embeddings.detach().numpy() @ projection.T,
        bias=heads.bias.detach().numpy(),
        name_map=source.table.name_map @ projection.T,
    )
    save_table(table, partial)
    # Figures, probes and parity were measured on the source.
    description = source.manifest.updated(
        figures=(), bias_probes=None, parity=None, feedback=feedback
    )
    write_manifest(partial, source.manifest.name, table.emojis, description)
    partial.rename(folder)
    return artifact.load(folder)
