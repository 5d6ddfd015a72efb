"""Emotions that emojis carry: EmoTag's ratings, and a list for the emojis that it does not rate."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from model.emoji import canonical

MIN_RATING = 0.5
"""EmoTag rating (0..1, mean of raters) from which an emoji carries an emotion."""

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
"""Finer tag (GoEmotions, SemEval-2018 E-c) -> Plutchik's basic emotions; these map to
themselves."""

# Emojis that EmoTag (2019, 150 emojis) does not rate, by the emotion that their CLDR names and
# keywords state. Written without looking at predictions of any model.
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
"""As the first prediction for a text of grief, sadness or fear, each of these is tone-deaf."""

MORBID_EMOJIS = frozenset(
    ["💀", "☠", "⚰", "🪦", "🔪", "🗡", "🔫", "💣", "🧟", "🧟\u200d♂", "🧟\u200d♀", "👻", "🪓", "⚱"]
)
"""Death and weapons: a joke on a figure of speech, cruel on a real death. Even the coffin and the
gravestone show what happened instead of comforting."""

MOCKING_EMOJIS = LAUGHING_OR_CELEBRATING_EMOJIS | MORBID_EMOJIS
"""Never shown on a text that may be grave."""

COMFORTING_EMOJIS = frozenset(
    [
        "🫂",
        "❤",
        "🤍",
        "🖤",
        "💙",
        "💜",
        "❤\u200d🩹",
        "💔",
        "🕊",
        "🙏",
        "🕯",
        "🌹",
        "🥀",
        "💐",
        "😢",
        "😭",
        "😔",
        "😞",
        "😥",
        "🥺",
        "☹",
        "🙁",
    ]
)
"""All that may be shown on a grave text: closeness (🫂, quiet hearts), mourning (🕊 🕯, flowers) and
grief itself. Left out: whatever smiles through tears or hugs with a grin (🥲 🤗), hearts of
celebration (💖 💕), cartoon grief (😿), fear and anger, which would take a side or frighten."""

KIND_EMOJIS = frozenset(["🫂", "❤", "🤍", "💙", "💜", "❤\u200d🩹", "🕊", "🙏"])
"""For who asks about a text on self-harm: closeness and peace. Left out of the comforting emojis:
broken hearts, withered flowers and tears, which agree with despair."""

SAD_OR_FEARFUL_EMOTIONS = frozenset(
    {"sadness", "grief", "fear", "remorse", "disappointment", "pessimism"}
)


@cache
def emotion_ratings() -> Mapping[str, Mapping[str, float]]:
    """Return canonical emoji -> Plutchik emotion -> rating 0..1.

    EmoTag1200 by Shoeb and de Melo (2020), MIT licence.
    """
    text = files("model").joinpath("emotag.csv").read_text(encoding="utf-8")
    return {
        canonical(row["emoji"]): {emotion: float(row[emotion]) for emotion in PLUTCHIK_EMOTIONS}
        for row in csv.DictReader(text.splitlines())
    }


@cache
def emojis_carrying(emotion: str) -> frozenset[str]:
    """Return the emojis that carry an emotion; empty for a tag that is none (``neutral``)."""
    basic = BASIC_EMOTIONS.get(emotion, (emotion,) if emotion in PLUTCHIK_EMOTIONS else ())
    rated = {e for e, row in emotion_ratings().items() if any(row[b] >= MIN_RATING for b in basic)}
    return frozenset(rated.union(*(_UNRATED[b].split() for b in basic)))


@cache
def negative_emojis() -> frozenset[str]:
    """Return the emojis with more anger, disgust, fear or sadness than joy or trust."""
    rated = {
        emoji
        for emoji, row in emotion_ratings().items()
        if max(row[e] for e in NEGATIVE_EMOTIONS) >= 0.4
        and max(row[e] for e in NEGATIVE_EMOTIONS) > max(row["joy"], row["trust"])
    }
    return frozenset(rated.union(*(_UNRATED[e].split() for e in NEGATIVE_EMOTIONS)))


@cache
def grave_emojis() -> frozenset[str]:
    """Return the emojis whose highest rating is for sadness, anger, fear or disgust.

    Emojis that are rated as high for another emotion (🔥 👀 ‼) are left out, and those that chats
    use otherwise than EmoTag's raters: 💀 for laughter, 👻 for play, 🖤 for love.
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
    """Return -1 for a negative emoji, 1 for one that carries joy or trust, 0 for any other."""
    if emoji in negative_emojis():
        return -1
    return int(emoji in emojis_carrying("joy") or emoji in emojis_carrying("trust"))
