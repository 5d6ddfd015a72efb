"""Metrics: names by Prometheus's conventions, and what is counted."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.core.connection import Connection
from bot.core.events import FeedbackKind, FeedbackResult, Outcome, SkipReason
from bot.operations.metrics import PREFIX, Counted, Metrics, catalogue
from tests.core.fakes import make_feedback, ref


def read(metrics: Metrics, name: str, **labels: str) -> float | None:
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return float(sample.value)
    return None


@pytest.mark.parametrize("metric", catalogue(), ids=lambda metric: metric[0])
def test_names_follow_the_conventions(metric: tuple[str, str, str]) -> None:
    name, kind, description = metric
    assert re.fullmatch(rf"{PREFIX}_[a-z_]+", name)
    assert name.endswith("_total") == (kind == "counter")
    assert (not name.endswith("_seconds")) or kind in ("histogram", "gauge")
    assert description.endswith(".")


@pytest.mark.parametrize("reason", SkipReason)
def test_messages_by_skip_reason(reason: SkipReason) -> None:
    metrics = Metrics("1")
    metrics.record_message("discord", Outcome(ref(), skip_reason=reason), 0.01)
    labels = {"platform": "discord", "outcome": "skipped", "skip_reason": reason.value}
    assert read(metrics, "emoji_reactor_messages_total", **labels) == 1


@pytest.mark.parametrize("result", FeedbackResult)
def test_only_stored_feedback_is_counted(result: FeedbackResult) -> None:
    metrics = Metrics("1")
    metrics.record_feedback([make_feedback(kind=FeedbackKind.DISLIKE, withdrawn=True)], result)
    found = read(
        metrics, "emoji_reactor_feedback_total", kind="dislike", source="reaction", withdrawn="true"
    )
    assert found == (1 if result is FeedbackResult.RECORDED else None)


def test_counts_of_the_running_parts_are_read_on_request() -> None:
    metrics, refusals, connection = Metrics("1"), {"forbidden": 1}, Connection()
    counted = Counted(lambda: refusals, dict, dict, lambda: 3, lambda: "echo-1")
    metrics.observe(counted, {"telegram": connection})
    connection.errors.update(unreadable_update=2, network=1)
    connection.rate_limited = 4
    refusals["forbidden"] = 7
    assert read(metrics, "emoji_reactor_refusals_total", reason="forbidden") == 7
    assert read(metrics, "emoji_reactor_prediction_queue_length") == 3
    assert read(metrics, "emoji_reactor_artifact_info", version="echo-1") == 1
    assert read(metrics, "emoji_reactor_updates_passed_over_total") == 2
    assert read(metrics, "emoji_reactor_platform_errors_total", error="network") == 1
    assert read(metrics, "emoji_reactor_platform_errors_total", error="unreadable_update") is None
    assert read(metrics, "emoji_reactor_rate_limited_responses_total") == 4
    assert read(metrics, "emoji_reactor_connected", platform="telegram") == 0
    connection.heard()
    assert read(metrics, "emoji_reactor_connected", platform="telegram") == 1
