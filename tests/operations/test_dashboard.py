"""The dashboard for Grafana, compared with the metrics that there are."""

import json
import re
from pathlib import Path
from typing import Any

from bot.operations.metrics import PREFIX, catalogue

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana" / "emoji-reactor.json"
SERIES = re.compile(rf"\b{PREFIX}_\w+")


def expressions() -> list[str]:
    panels: list[dict[str, Any]] = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def known_series() -> dict[str, str]:
    """Return each series with the metric that it belongs to."""
    series: dict[str, str] = {}
    for name, kind, _ in catalogue():
        suffixes = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
        series |= {f"{name}{suffix}": name for suffix in suffixes}
    return series


def test_every_series_of_the_dashboard_exists() -> None:
    used = {name for expression in expressions() for name in SERIES.findall(expression)}
    assert used
    assert used - set(known_series()) == set()


def test_every_metric_is_on_the_dashboard() -> None:
    used = {name for expression in expressions() for name in SERIES.findall(expression)}
    shown = {metric for series, metric in known_series().items() if series in used}
    assert {name for name, _, _ in catalogue()} - shown == set()


def test_panels_have_ids_and_places_of_their_own() -> None:
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    corners = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(corners) == len(panels)
