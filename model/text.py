"""Text cleaning shared by training and serving: keeps what carries emotion, removes identities."""

import html
import re
import unicodedata

from model.emoji import custom_words

CLEANING_VERSION = 2
"""Stored in the manifest: an artifact is only served with the cleaning it was trained with."""

MAX_CHARACTERS = 1000
"""Longer texts are cut before cleaning; the encoder reads far fewer characters."""

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
# U+FE0F would leak which emoji was removed from a training text; joiners, tags, bidirectional
# marks and private-use characters mean nothing to the encoder.
INVISIBLE_PATTERN = (
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ue000-\uf8ff\U000e0000-\U000e01ef\U000f0000-\U0010ffff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_INVISIBLE = re.compile(INVISIBLE_PATTERN)
# Every emoji of Unicode 17 lies in these ranges, and no squared letter that is none; keycaps keep
# their digit.
EMOJI_PATTERN = (
    "[\u00a9\u00ae\u203c\u2049\u20e3\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe"
    "\u2600-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f10f"
    "\U0001f170-\U0001faff]"
)
_EMOJI = re.compile(EMOJI_PATTERN)


def clean(text: str) -> str:
    """Return one line for the encoder, at most ``MAX_CHARACTERS`` long.

    Links become ``http``, mentions and e-mail addresses ``@user``, hashtags their words; emojis
    and invisible characters go. Emoticons, capitals, exclamation marks, elongation (three of a
    letter at most) and rows of brackets (a smile in Russian chats) stay. Letters in fancy scripts
    (mathematical, full-width, circled) become ordinary ones (NFKC).
    """
    text = text[:MAX_CHARACTERS].encode("utf-8", "ignore").decode()  # lone surrogates
    # Emojis first: NFKC would spell out some of them, such as the trade mark sign.
    text = _EMOJI.sub(" ", _INVISIBLE.sub("", html.unescape(text)))
    text = unicodedata.normalize("NFKC", text)
    text = _DISCORD_CUSTOM.sub(lambda match: f" {custom_words(match[1])} ", text)
    text = _URL.sub("http", text)
    if "@" in text or "<#" in text:  # most texts have neither
        text = _MENTION.sub("@user", _EMAIL.sub("@user", text))
    text = _HASHTAG.sub(lambda match: _CAMEL.sub(" ", match[1]).replace("_", " "), text)
    text = _REPEATED_SYMBOL.sub(r"\1\1\1\1", _ELONGATED.sub(r"\1\1\1", text))
    text = _SPACE.sub(" ", text).strip()
    return _REPEATED_MARK.sub(r"\1", text)[:MAX_CHARACTERS].rstrip()


def replace_surrogates(text: str) -> str:
    """Replace lone surrogates, which command-line arguments that are no UTF-8 hold, by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def storable(text: str) -> str:
    """Return the text with lone surrogates and NUL as U+FFFD: no database keeps them."""
    if text.isascii() and "\0" not in text:
        return text
    return replace_surrogates(text).replace("\0", "\ufffd")


def has_words(cleaned: str) -> bool:
    """Return True if a cleaned text has a letter, a digit, ``!``, ``?`` or an emoticon."""
    unmarked = cleaned.replace("@user", "").replace("http", "")
    return any(c.isalnum() or c in "!?()" for c in unmarked)


def dedup_key(text: str) -> str:
    """Return a key that near-identical texts share: lower-case letters of the cleaned text."""
    return dedup_key_of_cleaned(clean(text))


def dedup_key_of_cleaned(cleaned: str) -> str:
    """Return the ``dedup_key`` of a text that is already cleaned."""
    unmarked = cleaned.lower().replace("@user", "").replace("http", "").removeprefix("rt ")
    return "".join(c for c in unmarked if c.isalpha())[:80]
