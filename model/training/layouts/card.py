"""The card of a layout: the artifact's, with the ways to load it, what is left out, and figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from huggingface_hub import ModelCard

from model.artifact import LAYOUT, Artifact
from model.evaluation.card import card_of
from model.evaluation.tables import markdown_table, percent
from model.training.layouts.figures import LayoutFigures
from model.training.layouts.layout_format import LayoutFormat

_USAGE = {
    LayoutFormat.ONNX: """
```python
from onnxruntime import SessionOptions
from optimum.onnxruntime import ORTModelForSequenceClassification
from transformers import AutoTokenizer, pipeline

exact_sums = SessionOptions()
exact_sums.add_session_config_entry("session.x64quantprecision", "1")
model = ORTModelForSequenceClassification.from_pretrained(
    "ORG/NAME", file_name="model.onnx", session_options=exact_sums
)
tokenizer = AutoTokenizer.from_pretrained("ORG/NAME")
classify = pipeline("text-classification", model=model, tokenizer=tokenizer, top_k=5)
classify("we lost our dog", truncation=True)
```
""",
    LayoutFormat.TRANSFORMERS_JS: """
```js
import { pipeline } from '@huggingface/transformers';

const exact_sums = { extra: { session: { x64quantprecision: '1' } } };
const classify = await pipeline('text-classification', 'ORG/NAME', {
  dtype: 'q8', session_options: exact_sums,
});
await classify('we lost our dog', { top_k: 5 });
```
""",
    LayoutFormat.SENTENCE_TRANSFORMERS: """
```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("ORG/NAME")
emojis = model[0].config.id2label
[logits] = model.encode(["we lost our dog"])
[emojis[i] for i in logits.argsort()[::-1][:5]]
```
""",
}
_WHOLE = """N-grams, pooling, temperature and uniform prior are in the graph and cleaning is in the
tokenizer, so that the softmax of the logits of a raw text is the predictor's score. Left out: the
guard against laughter on grave texts, the answer "nothing" to texts without words and below the
confidence threshold, candidates, and emojis of other names."""
_ENCODER_ONLY = """Cleaning is in the tokenizer, pooling in its module, and the temperature in the
dense head. Left out, since no module of the library holds them: the n-grams and the uniform prior,
so the five differ; and, as in the other forms, the guard against laughter on grave texts, and the
answer "nothing"."""
_CUT = """Of a text of more tokens than it reads, transformers.js also cuts off the token that ends
it, which changes a score a little."""
_TRUNCATION = """Without `truncation=True` the graph cuts long texts as well, but without the token
that ends them, which changes a score a little."""
_EXACT = """Without the option for exact sums, an x86-64 CPU that has no VNNI instructions saturates
sums of int8 products, and scores differ by some points."""
_CONTENTS = {
    LayoutFormat.ONNX: f"{_WHOLE} {_TRUNCATION} {_EXACT}",
    LayoutFormat.TRANSFORMERS_JS: f"{_WHOLE} {_CUT} {_EXACT} A browser sums exactly.",
    LayoutFormat.SENTENCE_TRANSFORMERS: _ENCODER_ONLY,
}


@dataclass(frozen=True, slots=True)
class LayoutCard:
    """The card of some layouts of an artifact in one folder."""

    artifact: Artifact
    formats: Sequence[LayoutFormat]
    figures: Sequence[LayoutFigures] = ()

    def text(self) -> str:
        """Return the artifact's card with a section for each format."""
        path = self.artifact.folder / LAYOUT.card
        own = path.read_text(encoding="utf-8") if path.is_file() else card_of(self.artifact)
        card = ModelCard(own)
        data: Any = card.data  # its fields depend on the kind of card
        if len(self.formats) == 1:
            data.library_name = str(self.formats[0])
        data.tags = list(dict.fromkeys([*(data.tags or []), *map(str, self.formats)]))
        card.text = f"{card.text.rstrip()}\n\n{self._section()}\n"
        return str(card)

    def _section(self) -> str:
        parts = ["## Without this package"]
        for name in self.formats:
            contents = " ".join(_CONTENTS[name].split())
            parts.append(f"### {name}\n{_USAGE[name]}\n{contents}")
        return "\n\n".join([*parts, "### Figures of these forms", self._figures()])

    def _figures(self) -> str:
        rows = [row for row in self.figures if row.format in self.formats]
        if not rows:
            return "Not measured yet: `python -m benchmarks.layouts` does it."
        return (
            "In percent, on raw held-out texts, beside the predictor of the package, guard and all,"
            f" on the same ones.\n\n{figures_table(rows)}"
        )


def figures_table(rows: Sequence[LayoutFigures]) -> str:
    """Return the figures as a table in Markdown."""
    head = ("form", "read by", "set", "texts", "hit@5", "predictor", "same five", "in common")
    cells = [
        (
            *(str(row.format), row.read_by, row.split, f"{row.texts:,}"),
            *map(percent, (row.hit_5, row.predictor_hit_5, row.same_five, row.common)),
        )
        for row in rows
    ]
    return markdown_table(head, cells)
