"""The metrics of a running bot, in Prometheus's format.

What the core, the adapters and the predictor count themselves is read when the metrics are
requested; only durations and what nobody else counts is recorded here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.core.connection import Connection
from bot.core.events import Feedback, FeedbackResult, Outcome

PREFIX = "emoji_reactor"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SHORT_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds."""
PASSED_OVER = "unreadable_update"
"""The name under which an adapter counts updates that it could not read."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts kept by the running parts; each function returns the present values."""

    refusals: Callable[[], Mapping[str, int]]
    dropped_feedback: Callable[[], Mapping[str, int]]
    failures: Callable[[], Mapping[str, int]]
    queue_length: Callable[[], int]
    artifact_version: Callable[[], str]


class Metrics:
    """Instruments of one process."""

    def __init__(self, program_version: str) -> None:
        """Start at zero."""
        self.registry = CollectorRegistry()
        self.messages = Counter(
            f"{PREFIX}_messages",
            "Messages, by platform, outcome (shown or skipped) and skip reason.",
            ("platform", "outcome", "skip_reason"),
            registry=self.registry,
        )
        self.message_seconds = Histogram(
            f"{PREFIX}_message_duration_seconds",
            "Time from the arrival of a message until its emoji is shown or it is skipped.",
            ("platform",),
            buckets=SHORT_BUCKETS,
            registry=self.registry,
        )
        self.prediction_seconds = Histogram(
            f"{PREFIX}_prediction_duration_seconds",
            "Time of a prediction, its wait in the queue included; _count is their number.",
            buckets=SHORT_BUCKETS,
            registry=self.registry,
        )
        self.feedback = Counter(
            f"{PREFIX}_feedback",
            "Stored feedback, by kind and source; withdrawn if it was taken back.",
            ("kind", "source", "withdrawn"),
            registry=self.registry,
        )
        self.transaction_seconds = Histogram(
            f"{PREFIX}_database_transaction_duration_seconds",
            "Time for which a transaction holds its connection to the database.",
            buckets=SHORT_BUCKETS,
            registry=self.registry,
        )
        self.requests = Counter(
            f"{PREFIX}_api_requests",
            "Requests to the HTTP API, by path, status and API client.",
            ("path", "status", "client"),
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            f"{PREFIX}_api_request_duration_seconds",
            "Time from the head of a request to the HTTP API until its response is sent.",
            ("path",),
            buckets=SHORT_BUCKETS,
            registry=self.registry,
        )
        self.acceptance = Gauge(
            f"{PREFIX}_acceptance_ratio",
            "Share of the messages with a shown emoji, of the last seven days, on which nobody"
            " removed or disliked it; NaN if there is none.",
            registry=self.registry,
        )
        self.acceptance.set(float("nan"))
        Gauge(
            f"{PREFIX}_build_info",
            "1, with the version of the program.",
            ("version",),
            registry=self.registry,
        ).labels(program_version).set(1)
        ProcessCollector(registry=self.registry)

    def observe(self, counted: Counted, connections: Mapping[str, Connection]) -> None:
        """Export what the running parts count, too."""
        self.registry.register(CountedCollector(counted, connections))

    def record_message(self, platform: str, outcome: Outcome, seconds: float) -> None:
        """Record the outcome of a message."""
        reason = outcome.skip_reason
        labels = (platform, "shown", "") if reason is None else (platform, "skipped", reason.value)
        self.messages.labels(*labels).inc()
        self.message_seconds.labels(platform).observe(seconds)

    def record_feedback(self, feedback: Iterable[Feedback], result: FeedbackResult) -> None:
        """Record stored feedback; what was dropped is counted by the core."""
        if result is not FeedbackResult.RECORDED:
            return
        for item in feedback:
            withdrawn = str(item.withdrawn).lower()
            self.feedback.labels(item.kind.value, item.source.value, withdrawn).inc()

    def render(self) -> bytes:
        """Return all metrics in the text format."""
        return generate_latest(self.registry)


class CountedCollector(Collector):
    """Turns the counts of the running parts into metrics, on request."""

    def __init__(self, counted: Counted, connections: Mapping[str, Connection]) -> None:
        """Read ``counted``, and each platform's connection."""
        self._counted = counted
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics with the present values."""
        yield from _core_metrics(self._counted)
        yield from _connection_metrics(self._connections)


def _core_metrics(counted: Counted) -> Iterator[Metric]:
    refusals = CounterMetricFamily(
        f"{PREFIX}_refusals", "Reactions and replies that a platform refused.", labels=("reason",)
    )
    dropped = CounterMetricFamily(
        f"{PREFIX}_feedback_dropped", "Feedback that was not stored, by reason.", labels=("reason",)
    )
    failures = CounterMetricFamily(
        f"{PREFIX}_failures", "Failures of store, predictor and platform.", labels=("part",)
    )
    queue = GaugeMetricFamily(
        f"{PREFIX}_prediction_queue_length", "Messages that wait for a prediction."
    )
    artifact = GaugeMetricFamily(
        f"{PREFIX}_artifact_info", "1, with the version of the artifact.", labels=("version",)
    )
    for family, values in (
        (refusals, counted.refusals()),
        (dropped, counted.dropped_feedback()),
        (failures, counted.failures()),
    ):
        for name, count in values.items():
            family.add_metric((name,), count)
    queue.add_metric((), counted.queue_length())
    artifact.add_metric((counted.artifact_version(),), 1)
    yield from (refusals, dropped, failures, queue, artifact)


def _connection_metrics(connections: Mapping[str, Connection]) -> Iterator[Metric]:
    platform = ("platform",)
    connected = GaugeMetricFamily(
        f"{PREFIX}_connected", "1 if the platform is connected, 0 if not.", labels=platform
    )
    silence = GaugeMetricFamily(
        f"{PREFIX}_silence_seconds",
        "Time since the last sign of life of a connected platform.",
        labels=platform,
    )
    reconnects = CounterMetricFamily(
        f"{PREFIX}_reconnects", "Connections that were lost and came back.", labels=platform
    )
    limited = CounterMetricFamily(
        f"{PREFIX}_rate_limited_responses", "Responses 429 of a platform.", labels=platform
    )
    passed_over = CounterMetricFamily(
        f"{PREFIX}_updates_passed_over",
        "Updates that could not be read and were passed over.",
        labels=platform,
    )
    errors = CounterMetricFamily(
        f"{PREFIX}_platform_errors",
        "Calls that a platform refused or that failed, by name.",
        labels=("platform", "error"),
    )
    for name, connection in dict(connections).items():
        seconds = connection.silence_seconds
        connected.add_metric((name,), seconds is not None)
        if seconds is not None:
            silence.add_metric((name,), seconds)
        reconnects.add_metric((name,), connection.reconnects)
        limited.add_metric((name,), connection.rate_limited)
        passed_over.add_metric((name,), connection.errors[PASSED_OVER])
        for error, count in connection.errors.items():
            if error != PASSED_OVER:
                errors.add_metric((name, error), count)
    yield from (connected, silence, reconnects, limited, passed_over, errors)


def catalogue() -> list[tuple[str, str, str]]:
    """Return name, type and description of each metric of this program, by name."""
    metrics = Metrics("0")
    metrics.observe(Counted(dict, dict, dict, int, str), {})
    families = [family for family in metrics.registry.collect() if family.name.startswith(PREFIX)]
    return sorted((_series_name(family), family.type, family.documentation) for family in families)


def _series_name(family: Metric) -> str:
    return f"{family.name}_total" if family.type == "counter" else str(family.name)
