"""Types of settings: each validates a value, reads it from a text and shows it to a person.

They stand as metadata in the annotations of ``ChatSettings``, where pydantic calls ``validate``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from bot.core.chat_settings.words import (
    is_word,
    plain,
    read_number,
    spaced,
    without_unit,
    write_number,
)
from bot.i18n import LANGUAGES, localize

# A setting's value is of any type; which one, its field in ``ChatSettings`` says.
Value = Any
ShowItem = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class ValueType(ABC):
    """Type of a setting's values."""

    choices: tuple[Value, ...] = ()
    """Values that a menu offers, in order."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Validate after the annotated type has been checked."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, value: Value) -> Value:
        try:
            return self.validate(value)
        except ValueError as error:
            raise PydanticCustomError("setting", "{reason}", {"reason": str(error)}) from None

    def validate(self, value: Value) -> Value:
        """Return the value in its normal form.

        Raises:
            ValueError: it is out of range; the message says to an operator what it should be.
        """
        return value

    def restore(self, stored: object) -> Value:
        """Return the value of a stored form that was valid once.

        Raises:
            ValueError: there is none.
        """
        raise ValueError("not a stored value")

    @abstractmethod
    def parse(self, text: str, current: Value) -> Value:
        """Read what a person wrote; ``current`` is the value to which a list adds.

        Raises:
            ValueError: the text is no value.
        """

    @abstractmethod
    def format(self, value: Value, language: str, show_item: ShowItem = str) -> str:
        """Return the value as ``parse`` reads it; ``show_item`` writes the items of a list."""

    @abstractmethod
    def requirement(self, language: str) -> str:
        """Say which values there are, as in "a number from 1 to 5"."""

    def dump(self, value: Value) -> object:
        """Return the value as JSON has it."""
        return value


@dataclass(frozen=True, kw_only=True)
class OneOf(ValueType):
    """One of few values, each with a label."""

    label: Callable[[Value, str], str]
    """Value and language -> label."""
    is_alias: Callable[[str, Value], bool] = lambda _text, _value: False
    """Text and value -> True if the text is another word for the value."""

    def validate(self, value: Value) -> Value:
        """Refuse other values."""
        if value not in self.choices:
            raise ValueError(f"should be one of {', '.join(map(str, self.choices))}")
        return value

    def parse(self, text: str, current: Value) -> Value:
        """Read a value or its label in any language."""
        for choice in self.choices:
            names = (str(choice), *(self.label(choice, language) for language in LANGUAGES))
            if spaced(text) in map(spaced, names) or self.is_alias(text, choice):
                return choice
        raise ValueError("not one of the choices")

    def format(self, value: Value, language: str, show_item: ShowItem = str) -> str:
        """Return the label."""
        return self.label(value, language)

    def requirement(self, language: str) -> str:
        """Name the choices."""
        labels = ", ".join(self.label(choice, language) for choice in self.choices)
        return localize("requirement.choice", language, choices=labels)


@dataclass(frozen=True, kw_only=True)
class Number(ValueType):
    """A number within a range, ends included."""

    minimum: float
    maximum: float
    unit: str | None = None
    """Key of the text with the number as ``{count}``."""
    whole: bool = False
    none: str | None = None
    """Key of the word for None, if that is a value."""

    def validate(self, value: float | None) -> float | None:
        """Refuse numbers out of range, and nan."""
        if value is not None and not self.minimum <= value <= self.maximum:
            raise ValueError(f"should be from {self.minimum:g} to {self.maximum:g}")
        return value

    def parse(self, text: str, current: Value) -> float | None:
        """Read a number, with or without its unit, or a word."""
        if self.none is not None and is_word(text, self.none, "value.none", "value.off"):
            return None
        if self.minimum == 0 and is_word(text, "value.none", "value.off"):
            return 0 if self.whole else 0.0
        number = self._read(plain(text))
        if number is None or not Decimal(self.minimum) <= number <= Decimal(self.maximum):
            raise ValueError("not a number in range")
        if not self.whole:
            return float(number)
        if number != int(number):
            raise ValueError("not a whole number")
        return int(number)

    def _read(self, text: str) -> Decimal | None:
        return read_number(without_unit(text, self.unit) if self.unit else text)

    def format(self, value: float | None, language: str, show_item: ShowItem = str) -> str:
        """Return the number with its unit, or the word for None."""
        if value is None:
            return localize(self.none or "value.none", language)
        count = self._write(value)
        return localize(self.unit, language, count=count) if self.unit else count

    def _write(self, value: float) -> str:
        return write_number(Decimal(repr(value)))

    def requirement(self, language: str) -> str:
        """Say the range."""
        key = "requirement.whole_number" if self.whole else "requirement.number"
        ends = {"minimum": self.minimum, "maximum": self.maximum}
        counts = {name: self._write(end) for name, end in ends.items()}
        requirement = localize(key, language, **counts)
        if self.none is None:
            return requirement
        return localize(
            "requirement.or", language, requirement=requirement, word=localize(self.none, language)
        )


@dataclass(frozen=True, kw_only=True)
class Percentage(Number):
    """A share from 0 to 1, which people write as ``50 %``, ``50`` or ``0.5``."""

    minimum: float = 0
    maximum: float = 1

    def _read(self, text: str) -> Decimal | None:
        bare = text.removesuffix("%").rstrip()
        number = read_number(bare)
        if number is None or (bare == text and number <= 1):
            return number
        return number.scaleb(-2)

    def _write(self, value: float) -> str:
        return f"{write_number(Decimal(repr(value)).scaleb(2))} %"
