"""Which emotion an emoji carries, for evaluation: EmoTag's ratings, a list where it has none."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from model.emoji import canonical

CARRIES = 0.5
"""Least EmoTag rating (0..1, mean of raters) at which an emoji carries an emotion."""

PLUTCHIK = ("anger", "anticipation", "disgust", "fear", "joy", "sadness", "surprise", "trust")

NEGATIVE = frozenset({"anger", "disgust", "fear", "sadness"})

GROUPS: Mapping[str, tuple[str, ...]] = {
    "amusement": ("joy",),
    "excitement": ("joy",),
    "love": ("joy", "trust"),
    "admiration": ("joy", "trust"),
    "approval": ("joy", "trust"),
    "gratitude": ("joy", "trust"),
    "caring": ("trust", "joy"),
    "pride": ("joy",),
    "relief": ("joy",),
    "optimism": ("joy", "anticipation"),
    "desire": ("anticipation", "joy"),
    "grief": ("sadness",),
    "disappointment": ("sadness",),
    "remorse": ("sadness",),
    "pessimism": ("sadness",),
    "annoyance": ("anger", "disgust"),
    "disapproval": ("disgust", "anger"),
    "nervousness": ("fear",),
    "embarrassment": ("fear", "sadness"),
    "curiosity": ("anticipation", "surprise"),
    "confusion": ("surprise",),
    "realization": ("surprise",),
}
"""Finer tags (GoEmotions, SemEval-2018 E-c) -> Plutchik's basic emotions, which stand for
themselves."""

# Emojis that EmoTag (2019, 150 emojis) does not rate, by the emotion that their CLDR names and
# keywords state. Written without looking at any model's answers.
_UNRATED: Mapping[str, str] = {
    "anger": "🤬 👿 💢 🖕 😾",
    "anticipation": "🤔 🧐 🤞 ⏳ ⌛ 🤩 🫣",
    "disgust": "🤢 🤮 🥴 🖕",
    "fear": "😧 🫣 😦 🙀 🥶 🫨 😬",
    "joy": "🥰 🤣 🥳 🤗 🤩 🥹 🎊 🫶 🤭 😸 😺 🤍 🧡 🤎 🥂 🍾 ❤‍🔥 🤠 😏",
    "sadness": "🥺 🥲 ☹ 🙁 😿 🥀 🕊 😮‍💨 😦 🫠 🪦 ⚰ 🖤",
    "surprise": "😮 😲 😯 🤯 😳 🙀 🫢 🫨 😦 🤭 🤔 🤨 😵",
    "trust": "🤝 🫂 🫡 🤗 🥰 🫶 🤍 🤞 🙂",
}

LAUGHING_OR_CELEBRATING_EMOJIS = frozenset(
    [
        "😂",
        "🤣",
        "😆",
        "😹",
        "😄",
        "😁",
        "😃",
        "😀",
        "😜",
        "😝",
        "😛",
        "🤪",
        "😋",
        "😎",
        "🎉",
        "🎊",
        "🥳",
        "🤩",
        "🍾",
        "🥂",
        "🍻",
        "💃",
        "🕺",
        "🙌",
        "😏",
        "🤭",
        "😸",
        "😺",
    ]
)
"""A first emoji from here on a text of grief, sadness or fear is tone-deaf."""

SAD_OR_AFRAID = frozenset({"sadness", "grief", "fear", "remorse", "disappointment", "pessimism"})


@cache
def ratings() -> Mapping[str, Mapping[str, float]]:
    """Canonical emoji -> Plutchik emotion -> rating 0..1 (Shoeb & de Melo, EmoTag1200, MIT)."""
    text = files("model").joinpath("emotag.csv").read_text(encoding="utf-8")
    return {
        canonical(row["emoji"]): {emotion: float(row[emotion]) for emotion in PLUTCHIK}
        for row in csv.DictReader(text.splitlines())
    }


@cache
def carriers(emotion: str) -> frozenset[str]:
    """The emojis that carry an emotion tag; empty for a tag that is no emotion (``neutral``)."""
    basic = GROUPS.get(emotion, (emotion,) if emotion in PLUTCHIK else ())
    rated = {e for e, row in ratings().items() if any(row[b] >= CARRIES for b in basic)}
    return frozenset(rated.union(*(_UNRATED[b].split() for b in basic)))


@cache
def negative_emojis() -> frozenset[str]:
    """Emojis that say anger, disgust, fear or sadness more than joy or trust."""
    rated = {
        emoji
        for emoji, row in ratings().items()
        if max(row[e] for e in NEGATIVE) >= 0.4
        and max(row[e] for e in NEGATIVE) > max(row["joy"], row["trust"])
    }
    return frozenset(rated.union(*(_UNRATED[e].split() for e in NEGATIVE)))


@cache
def grave_emojis() -> frozenset[str]:
    """Emojis of grief, anger, fear or disgust that say nothing else as loudly.

    Not those that cheer or startle as well (🔥 👀 ‼), nor what chats mean otherwise than EmoTag's
    raters: 💀 laughs, 👻 plays, 🖤 loves.
    """
    others = tuple(e for e in PLUTCHIK if e not in NEGATIVE)
    loud = {
        emoji
        for emoji, row in ratings().items()
        if max(row[e] for e in NEGATIVE) >= max(CARRIES, *(row[e] for e in others))
    }
    return frozenset(loud.union(*(_UNRATED[e].split() for e in NEGATIVE)) - {"💀", "👻", "🖤"})


def sentiment(emoji: str) -> int:
    """-1 for a negative emoji, 1 for one that carries joy or trust, 0 for any other."""
    if emoji in negative_emojis():
        return -1
    return int(emoji in carriers("joy") or emoji in carriers("trust"))
