"""A fit that goes on from the weights of an earlier one, on other data or emojis."""

from pathlib import Path

import torch
from torch import Tensor

from model.training.fit import Data
from model.training.naming import apply_name_map, described, fit_name_map
from model.training.network import EmojiNetwork, TextEncoder, encode, load_tokenizer


def warm_start(network: EmojiNetwork[TextEncoder], data: Data, base: str, weights: Path) -> None:
    """Take over encoder, rows and biases of an earlier fit's ``best.pt``.

    A bag of n-grams beside it is left behind: it learns anew, in minutes.

    Emojis that it did not know get the row of their name through its own name map, and the bias
    of a rare emoji.

    Raises:
        FileNotFoundError: no such file.
        RuntimeError: the weights belong to an encoder of another shape.
    """
    saved = torch.load(weights, weights_only=True)
    old: dict[str, Tensor] = saved["network"]
    emojis: list[str] = saved["emojis"]
    sources: list[str] = saved["sources"]
    encoder = {k.removeprefix("text."): v for k, v in old.items() if k.startswith("text.")}
    _take_over(network.text, encoder)
    at = {emoji: i for i, emoji in enumerate(emojis)}
    here = [i for i, emoji in enumerate(data.emojis) if emoji in at]
    there = [at[data.emojis[i]] for i in here]
    rows = old["rows"][:, : network.rows.shape[1]]
    with torch.no_grad():
        network.rows.copy_(_named_rows(network, data.emojis, base, emojis, rows))
        network.rows[here] = rows[there]
        network.bias.fill_(float(old["bias"].quantile(0.1)))
        network.bias[here] = old["bias"][there]
        for i, source in enumerate(data.sources):
            if source in sources:
                network.source_bias[i, here] = old["source_bias"][sources.index(source), there]


def _take_over(text: TextEncoder, state: dict[str, Tensor]) -> None:
    fitting = {name: value for name, value in state.items() if not name.startswith("bag.")}
    missing, unexpected = text.load_state_dict(fitting, strict=False)
    lacking = [name for name in missing if not name.startswith("encoder.pooler.")]
    if lacking or unexpected:
        raise RuntimeError(f"the earlier fit has another encoder: {[*lacking, *unexpected][0]}")


def _named_rows(
    network: EmojiNetwork[TextEncoder], wanted: list[str], base: str, known: list[str], rows: Tensor
) -> Tensor:
    tokenizer = load_tokenizer(base, network.text.name_tokens)
    texts = [described(emoji) for emoji in (*known, *wanted)]
    vectors = encode(network.text.eval(), tokenizer, texts).double().numpy()
    name_map = fit_name_map(vectors[: len(known)], rows.double().numpy())
    return torch.from_numpy(apply_name_map(vectors[len(known) :], name_map)).float()
