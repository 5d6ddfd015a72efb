"""Cleaning as a normalizer of the tokenizer, so that tools which know no ``clean`` read raw text.

Each step of ``model.text.clean`` that a regular expression without groups in its replacement can
say. Left out: HTML entities but the five common ones, and the cut after ``MAX_CHARACTERS``.
"""

from tokenizers import Regex, Tokenizer, normalizers

from model.text import EMOJI_PATTERN, INVISIBLE_PATTERN

_MAX_HASHTAG = 40
"""Characters of a hashtag that is split into its words: a look-behind needs a limit."""
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&"}
_CUSTOM_NAME = r"\w{2,32}:\d{1,20}>"


def _in_hashtag(before: str) -> str:
    """Return a look-behind for ``before`` inside a hashtag; each alternative has a fixed length."""
    return "(?<=" + "|".join(rf"#\w{{{i}}}{before}" for i in range(_MAX_HASHTAG)) + ")"


def _replacements() -> list[tuple[str, str]]:
    """Return the patterns and their replacements that follow NFKC, in the order of ``clean``."""
    return [
        (rf"<a?:(?={_CUSTOM_NAME})", " "),
        (r"(?<=\w):\d{1,20}>", " "),
        (r"(?:https?://|www\.)\S+", "http"),
        (r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}", "@user"),
        (r"<[@#][!&]?\d{1,20}>|(?<!\w)@\w+", "@user"),
        (_in_hashtag("[a-z]") + "(?=[A-Z])", "_"),  # a space would end the hashtag
        (_in_hashtag(r"\w") + "_", " "),
        ("#_", " "),
        (r"#(?=\w)", ""),
        (r"(\w)(?=\1{3})", ""),
        (r"([^\w\s])(?=\1{4})", ""),
        (r"\s+", " "),
        (r"(@user|http) (?=\1)", ""),
    ]


def cleaning_normalizer() -> normalizers.Normalizer:
    """Return the normalizer that cleans a text as ``model.text.clean`` does."""
    before = [(INVISIBLE_PATTERN, ""), (EMOJI_PATTERN, " ")]
    return normalizers.Sequence(
        [
            *(normalizers.Replace(entity, text) for entity, text in _ENTITIES.items()),
            *(normalizers.Replace(Regex(pattern), text) for pattern, text in before),
            normalizers.NFKC(),
            *(normalizers.Replace(Regex(pattern), text) for pattern, text in _replacements()),
            normalizers.Strip(),
        ]
    )


def with_cleaning(tokenizer: Tokenizer) -> Tokenizer:
    """Return a copy of a tokenizer that cleans its texts first."""
    copy = Tokenizer.from_str(tokenizer.to_str())
    own = copy.normalizer
    steps = [cleaning_normalizer(), *([] if own is None else [own])]
    copy.normalizer = normalizers.Sequence(steps)
    return copy
