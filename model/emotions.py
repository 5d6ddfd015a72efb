"""Which emotion an emoji carries, for evaluation: EmoTag's ratings, a list where it has none."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from model.emoji import canonical

MIN_RATING = 0.5
"""Least EmoTag rating (0..1, mean of raters) at which an emoji carries an emotion."""

PLUTCHIK_EMOTIONS = (
    "anger",
    "anticipation",
    "disgust",
    "fear",
    "joy",
    "sadness",
    "surprise",
    "trust",
)

NEGATIVE_EMOTIONS = frozenset({"anger", "disgust", "fear", "sadness"})

BASIC_EMOTIONS: Mapping[str, tuple[str, ...]] = {
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

SAD_OR_FEARFUL_EMOTIONS = frozenset(
    {"sadness", "grief", "fear", "remorse", "disappointment", "pessimism"}
)


@cache
def emotion_ratings() -> Mapping[str, Mapping[str, float]]:
    """Canonical emoji -> Plutchik emotion -> rating 0..1 (Shoeb & de Melo, EmoTag1200, MIT)."""
    text = files("model").joinpath("emotag.csv").read_text(encoding="utf-8")
    return {
        canonical(row["emoji"]): {emotion: float(row[emotion]) for emotion in PLUTCHIK_EMOTIONS}
        for row in csv.DictReader(text.splitlines())
    }


@cache
def emojis_carrying(emotion: str) -> frozenset[str]:
    """The emojis that carry an emotion tag; empty for a tag that is no emotion (``neutral``)."""
    basic = BASIC_EMOTIONS.get(emotion, (emotion,) if emotion in PLUTCHIK_EMOTIONS else ())
    rated = {e for e, row in emotion_ratings().items() if any(row[b] >= MIN_RATING for b in basic)}
    return frozenset(rated.union(*(_UNRATED[b].split() for b in basic)))


@cache
def negative_emojis() -> frozenset[str]:
    """Emojis that say anger, disgust, fear or sadness more than joy or trust."""
    rated = {
        emoji
        for emoji, row in emotion_ratings().items()
        if max(row[e] for e in NEGATIVE_EMOTIONS) >= 0.4
        and max(row[e] for e in NEGATIVE_EMOTIONS) > max(row["joy"], row["trust"])
    }
    return frozenset(rated.union(*(_UNRATED[e].split() for e in NEGATIVE_EMOTIONS)))


@cache
def grave_emojis() -> frozenset[str]:
    """Emojis of grief, anger, fear or disgust that say nothing else as loudly.

    Not those that cheer or startle as well (🔥 👀 ‼), nor what chats mean otherwise than EmoTag's
    raters: 💀 laughs, 👻 plays, 🖤 loves.
    """
    others = tuple(e for e in PLUTCHIK_EMOTIONS if e not in NEGATIVE_EMOTIONS)
    loud = {
        emoji
        for emoji, row in emotion_ratings().items()
        if max(row[e] for e in NEGATIVE_EMOTIONS) >= max(MIN_RATING, *(row[e] for e in others))
    }
    return frozenset(
        loud.union(*(_UNRATED[e].split() for e in NEGATIVE_EMOTIONS)) - {"💀", "👻", "🖤"}
    )


def sentiment(emoji: str) -> int:
    """-1 for a negative emoji, 1 for one that carries joy or trust, 0 for any other."""
    if emoji in negative_emojis():
        return -1
    return int(emoji in emojis_carrying("joy") or emoji in emojis_carrying("trust"))
