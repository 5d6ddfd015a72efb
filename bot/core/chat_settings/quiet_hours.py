"""Quiet hours: a daily time range in a time zone."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bot.core.chat_settings.value_types import ShowItem, ValueType
from bot.core.chat_settings.words import is_word, plain
from bot.i18n import localize

EXAMPLE = "22:00-07:00 Europe/Berlin"
_UNREADABLE = (ZoneInfoNotFoundError, OSError, ValueError)
_FORM = re.compile(r"(\d{1,2}):(\d{2}) ?- ?(\d{1,2}):(\d{2})(?: (\S+))?")


class UnknownTimeZone(ValueError):
    """A name that is not in the time zone database."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` to before ``end``, over midnight if ``end`` is the earlier one."""

    start: time
    end: time
    zone: str = "UTC"
    """A name of the IANA time zone database."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``22:00-07:00 Europe/Berlin`` with any dash; without a zone it is UTC.

        Raises:
            UnknownTimeZone: the zone is not in the time zone database.
            ValueError: the text has another form, or no such time.
        """
        hours = cls.parse_any_zone(text)
        return cls(hours.start, hours.end, _zone(hours.zone))

    @classmethod
    def parse_any_zone(cls, text: str) -> Self:
        """Read the same, with a zone that need not be in the time zone database.

        Raises:
            ValueError: the text has another form, or no such time.
        """
        found = _FORM.fullmatch(plain(text))
        if found is None:
            raise ValueError(f"should look like {EXAMPLE}")
        start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
        return cls(start, end, found[5] or "UTC")

    def contains(self, moment: datetime) -> bool:
        """Return whether an aware moment lies within; True if the zone cannot be read."""
        try:
            now = moment.astimezone(ZoneInfo(self.zone)).time()
        except _UNREADABLE:
            return True  # who asked for quiet must not be woken
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def __str__(self) -> str:
        """Return the form that ``parse`` reads."""
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone}"


@lru_cache(maxsize=1024)
def _zone(name: str) -> str:
    """Return a zone's name in its own capitalisation."""
    known = next((zone for zone in available_timezones() if zone.casefold() == name.casefold()), "")
    try:
        return ZoneInfo(known or name).key
    except _UNREADABLE:
        raise UnknownTimeZone(f"no time zone is called {name}") from None


@dataclass(frozen=True, kw_only=True)
class TimeRange(ValueType):
    """Quiet hours, or None."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Validate in place of the annotated type, as it is stored as a text."""
        return core_schema.no_info_plain_validator_function(self._check)

    def validate(self, value: object) -> QuietHours | None:
        """Read the stored form."""
        if value is None or isinstance(value, QuietHours):
            return value
        if not isinstance(value, str):
            raise ValueError(f"should look like {EXAMPLE}")
        return QuietHours.parse(value)

    def restore(self, stored: object) -> QuietHours:
        """Read a stored time range whose zone the time zone database does not have."""
        return QuietHours.parse_any_zone(str(stored))

    def parse(self, text: str, current: QuietHours | None) -> QuietHours | None:
        """Read a time range, or the word for none."""
        return None if is_word(text, "value.none", "value.off") else QuietHours.parse(text)

    def format(self, value: QuietHours | None, language: str, show_item: ShowItem = str) -> str:
        """Return the time range, or the word for none."""
        return localize("value.none", language) if value is None else str(value)

    def requirement(self, language: str) -> str:
        """Show the form."""
        none = localize("value.none", language)
        requirement = localize("requirement.time_range", language, example=EXAMPLE)
        return localize("requirement.or", language, requirement=requirement, word=none)

    def dump(self, value: QuietHours | None) -> str | None:
        """Return the stored form."""
        return None if value is None else str(value)
