"""Quiet hours: a part of every day in a time zone of its own."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WRITTEN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})(?:\s+(\S+))?")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` to before ``end``, over midnight where the end is the earlier one."""

    start: time
    end: time
    zone: str = "UTC"
    """A name of the IANA time zone database."""

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read ``22:00-07:00 Europe/Berlin``; the zone is UTC where there is none.

        Raises:
            ValueError: it is written otherwise, or the zone is unknown.
        """
        found = _WRITTEN.fullmatch(written.strip())
        if found is None:
            raise ValueError("should look like 22:00-07:00 Europe/Berlin")
        zone = found[5] or "UTC"
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, OSError, ValueError):
            raise ValueError("names an unknown time zone") from None
        start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
        return cls(start, end, zone)

    def contains(self, moment: datetime) -> bool:
        """Whether an aware moment lies within."""
        now = moment.astimezone(ZoneInfo(self.zone)).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def __str__(self) -> str:
        """As ``parse`` reads it."""
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone}"
