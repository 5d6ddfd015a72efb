"""Quiet hours, over midnight and across time zones."""

import os
import subprocess
import sys
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chat_settings.overrides import apply_overrides
from bot.core.chat_settings.quiet_hours import QuietHours
from bot.core.chat_settings.schema import ChatSettings


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, 1, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment", "within"),
    [
        ("22:00-07:00", at(21, 59), False),
        ("22:00-07:00", at(22), True),
        ("22:00-07:00", at(6, 59), True),
        ("22:00-07:00", at(7), False),
        ("9:00-17:30", at(17, 29), True),
        ("9:00-17:30", at(17, 30), False),
        ("9:00-9:00", at(9), False),
        ("22:00-07:00 Europe/Berlin", at(20), True),  # 22:00 there in summer
        ("22:00-07:00 Europe/Berlin", at(5), False),
        ("22:00 – 07:00 europe/BERLIN", at(20), True),
    ],
)
def test_contains(text: str, moment: datetime, within: bool) -> None:
    assert QuietHours.parse(text).contains(moment) is within


@pytest.mark.parametrize("text", ["", "22-7", "25:00-07:00", "22:00-07:00 Mars/Olympus", "a"])
def test_invalid_quiet_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        QuietHours.parse(text)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "Europe", "\0"])
def test_an_unreadable_zone_is_quiet_at_every_hour(zone: str) -> None:
    settings = apply_overrides(ChatSettings(), {"quiet_hours": f"22:00-07:00 {zone}"})
    assert settings.quiet_hours == QuietHours(time(22), time(7), zone.casefold())
    assert all(settings.quiet_hours.contains(at(hour)) for hour in range(24))


@given(st.times(), st.times(), st.sampled_from(sorted(available_timezones())))
def test_the_text_form_round_trips(start: time, end: time, zone: str) -> None:
    hours = QuietHours(
        start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0), zone
    )
    assert QuietHours.parse(str(hours)) == hours


def test_zones_are_known_without_a_time_zone_database_of_the_system() -> None:
    statement = (
        "from bot.core.chat_settings.quiet_hours import QuietHours;"
        "print(QuietHours.parse('22:00-07:00 europe/berlin'))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", statement],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout.strip() == "22:00-07:00 Europe/Berlin"
