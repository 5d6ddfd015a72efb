"""Patterns of rules as tests of a text, whose cost grows with its length alone.

Words are searched as they are. Regular expressions are RE2's, which has neither back-references nor
look-around and never backtracks; what a step costs grows with the size of the program.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from model.text import MAX_CHARACTERS

MAX_PROGRAM_SIZE = 1500
"""RE2 instructions of all expressions of a community: a worst case of some 40 ms a message."""
_MAX_EXPRESSION_MEMORY = 1 << 20
_VARIATION = re.compile("[\ufe0e\ufe0f]")
# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Japanese and Chinese.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_SPACED_WORD_START = re.compile(rf"(?![{_UNSPACED}])\w")
_SPACED_WORD_END = re.compile(rf"(?![{_UNSPACED}])\w\Z")


class InvalidExpression(ValueError):
    """RE2 refuses the regular expression; the message says why, and quotes a part of it."""


@dataclass(frozen=True, slots=True)
class RuleText:
    """The part of a message that rules read, which is the part that gravity is read from."""

    written: str = field(repr=False)
    folded: str = field(repr=False)
    """Without capitals, variation selectors and repeated spaces."""

    @classmethod
    def of(cls, text: str) -> "RuleText":
        """Prepare a message's text."""
        written = unicodedata.normalize("NFC", text[:MAX_CHARACTERS])
        return cls(written, fold(written))


TextTest = Callable[[RuleText], bool]


def fold(text: str) -> str:
    """Return the text as words are compared."""
    plain = _VARIATION.sub("", unicodedata.normalize("NFC", text)).casefold()
    return " ".join(plain.split())


def words_test(words: str) -> TextTest:
    """Return the test for words in a row, no parts of longer ones, whatever their capitals.

    In scripts without spaces they may be parts.
    """
    folded = fold(words)
    before = r"(?<!\w)" if _SPACED_WORD_START.match(folded) else ""
    after = r"(?!\w)" if _SPACED_WORD_END.search(folded) else ""
    search = re.compile(f"{before}{re.escape(folded)}{after}").search
    return lambda text: search(text.folded) is not None


def expression_test(expression: str) -> tuple[TextTest, int]:
    """Return the test for a regular expression, and the size of its program.

    Raises:
        InvalidExpression: RE2 does not take it.
    """
    import re2  # few communities use expressions, and it takes 13 ms to import

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False  # it would quote the expression on standard error
    options.max_mem = _MAX_EXPRESSION_MEMORY
    try:
        compiled = re2.compile(expression, options)
    except re2.error as error:
        cause = error.args[0]
        text = cause.decode("utf-8", "replace") if isinstance(cause, bytes) else str(cause)
        raise InvalidExpression(text) from None
    search = compiled.search
    return lambda text: search(text.written) is not None, int(compiled.programsize)
