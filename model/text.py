"""Cleaning shared by training and serving: what carries feeling stays, what names people goes."""

import html
import re
import unicodedata

from model.emoji import custom_words

CLEANING_VERSION = 1
"""Stored in the manifest: an artifact is served with the cleaning that it was trained with."""

MAX_CHARACTERS = 1000
"""Longer texts are cut before anything else looks at them; the encoder reads far fewer."""

_DISCORD_CUSTOM = re.compile(r"<a?:(\w{2,32}):\d{1,20}>")
_MENTION = re.compile(r"<[@#][!&]?\d{1,20}>|(?<!\w)@\w+")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}")
_URL = re.compile(r"(?:https?://|www\.)\S+")
_REPEATED_MARK = re.compile(r"(@user|http)(?:\s+\1)+")
_HASHTAG = re.compile(r"#(\w+)")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ELONGATED = re.compile(r"(\w)\1{3,}")
_REPEATED_SYMBOL = re.compile(r"([^\w\s])\1{4,}")
_SPACE = re.compile(r"\s+")
# U+FE0F would tell which emoji was taken out of a training text; joiners, tags, bidirectional
# marks and private-use characters say nothing to the encoder.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ue000-\uf8ff\U000e0000-\U000e01ef\U000f0000-\U0010ffff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
# Every emoji of Unicode 17 lies in these ranges; keycaps keep their digit.
_EMOJI = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u20e3\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe"
    "\u2600-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)


def clean(text: str) -> str:
    """One line that the encoder reads, never longer than ``MAX_CHARACTERS``.

    Links become ``http``, mentions and e-mail addresses ``@user``, hashtags their words; emojis
    and invisible characters go. Emoticons, capitals, exclamation marks, elongation (three of a
    letter at most) and rows of brackets (a smile in Russian chats) stay.
    """
    text = text[:MAX_CHARACTERS].encode("utf-8", "ignore").decode()  # lone surrogates
    text = unicodedata.normalize("NFC", html.unescape(text))
    text = _DISCORD_CUSTOM.sub(lambda match: f" {custom_words(match[1])} ", text)
    text = _EMOJI.sub(" ", _UNSEEN.sub("", text))
    text = _URL.sub("http", text)
    if "@" in text or "<#" in text:  # asked first, as most texts have neither
        text = _MENTION.sub("@user", _EMAIL.sub("@user", text))
    text = _HASHTAG.sub(lambda match: _CAMEL.sub(" ", match[1]).replace("_", " "), text)
    text = _REPEATED_SYMBOL.sub(r"\1\1\1\1", _ELONGATED.sub(r"\1\1\1", text))
    text = _SPACE.sub(" ", text).strip()
    return _REPEATED_MARK.sub(r"\1", text)[:MAX_CHARACTERS].rstrip()


def replace_surrogates(text: str) -> str:
    """The text with lone surrogates, such as arguments that are no UTF-8 hold, as U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def has_words(cleaned: str) -> bool:
    """Whether a cleaned text holds anything to go on: a letter, a digit, ``!``, ``?`` or a face."""
    rest = cleaned.replace("@user", "").replace("http", "")
    return any(c.isalnum() or c in "!?()" for c in rest)


def dedup_key(text: str) -> str:
    """Letters of the cleaned text, lower-cased, without marks: equal for near-identical texts."""
    return dedup_key_of_cleaned(clean(text))


def dedup_key_of_cleaned(cleaned: str) -> str:
    """The same of a text that is clean already."""
    bare = cleaned.lower().replace("@user", "").replace("http", "").removeprefix("rt ")
    return "".join(c for c in bare if c.isalpha())[:80]
