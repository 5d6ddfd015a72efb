"""Column types that let only storable values in, the same on SQLite and PostgreSQL."""

from sqlalchemy import Dialect, String, Text, TypeDecorator

from model.emoji import has_emoji_form
from model.text import storable


class PlainText(TypeDecorator[str]):
    """Text without NUL and lone surrogates, which PostgreSQL refuses and SQLite half accepts."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        return None if value is None else storable(value)


class LongPlainText(PlainText):
    """The same without a limit of length."""

    impl = Text
    cache_ok = True


class EmojiText(TypeDecorator[str]):
    """A canonical emoji, a custom one, or nothing; most tables have a constraint as well."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Check the emoji.

        Raises:
            ValueError: it is another text.
        """
        if value and not has_emoji_form(value):
            raise ValueError("only an emoji can be stored here")
        return value
