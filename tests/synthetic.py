"""A recipe on synthetic texts, enough to run every step of training in seconds."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

LEXICON = {"😂": "funny joke laugh", "😢": "sad tears lost", "🍕": "pizza cheese dinner"}
EMOTIONS = {"anger": "furious rage unfair", "sadness": "mourning funeral alone"}


def write_recipe(folder: Path) -> Path:
    """Write a recipe over one source of each kind, and its data."""
    inline, label, emotion = [], [], []
    for i in range(160):
        filler = " ".join("abcdefgh"[(i >> shift) & 7] for shift in (0, 3, 6))
        for e, words in LEXICON.items():
            word = words.split()[i % 3]
            inline.append({"text": f"{word} {filler} {i} {e}\ufe0f 🐰", "lang": "en"})
            label.append({"text": f"{filler} {word} number{i}", "emoji": e, "lang": "en"})
        for tag, words in EMOTIONS.items():
            text = f"{words.split()[i % 3]} {filler} is what"
            emotion.append({"text": text, "emotions": [tag], "lang": "xx" if i % 2 else "en"})
    emotion.append({"text": "nothing to feel here", "emotions": ["neutral"], "lang": "en"})
    for name, rows in (("inline", inline), ("label", label), ("emotion", emotion)):
        pq.write_table(pa.Table.from_pylist(rows[:-60]), folder / f"{name}.parquet")
        pq.write_table(pa.Table.from_pylist(rows[-60:]), folder / f"{name}_held.parquet")
    recipe = folder / "recipe.toml"
    recipe.write_text(_RECIPE, encoding="utf-8")
    return recipe


_RECIPE = """
name = "synthetic"

[fit]
epochs = 6.0
batch_size = 32
max_tokens = 16
min_count = 5
learning_rate = 2e-3
embedding_learning_rate = 1e-2
evaluate_every = 20

[emotions]
anger = ["😡", "😠"]
sadness = ["😢", "😭"]

[[sources]]
name = "inline"
kind = "inline"
path = "inline.parquet"
exclude_emojis = ["🐰"]

[[sources]]
name = "label"
kind = "label"
path = "label.parquet"

[[sources]]
name = "emotion"
kind = "emotion"
label = "emotions"
path = "emotion.parquet"
languages = ["en"]

[[validation]]
name = "inline"
kind = "inline"
path = "inline_held.parquet"
exclude_emojis = ["🐰"]

[[validation]]
name = "emotion"
kind = "emotion"
label = "emotions"
path = "emotion_held.parquet"

[[held_out]]
name = "label"
kind = "label"
path = "label_held.parquet"

[[held_out]]
name = "emotion"
kind = "emotion"
label = "emotions"
path = "emotion_held.parquet"
"""
