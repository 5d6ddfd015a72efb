"""The result of one check by ``emoji-reactor doctor``."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Severity of a diagnostic, in rising order."""

    OK = "ok"
    WARNING = "warning"
    """The bot runs, and does less than it could."""
    FAILED = "failed"
    """The bot does not run, or not on this platform."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One line of ``emoji-reactor doctor``; it holds neither a token nor a message text.

    Raises:
        ValueError: a remedy is missing, or is given for what is ok.
    """

    check: str
    """Name of the check, such as ``discord.intents``; programs may rely on it."""
    status: Status
    message: str
    remedy: str = ""
    """Instruction for the operator; empty if, and only if, the status is ok."""

    def __post_init__(self) -> None:
        """Require a remedy for every fault."""
        if bool(self.remedy) is (self.status is Status.OK):
            raise ValueError(f"{self.check}: a remedy belongs to what is not ok, and only there")


def ok(check: str, message: str) -> Diagnostic:
    """Return a diagnostic without a fault."""
    return Diagnostic(check, Status.OK, message)


def warning(check: str, message: str, remedy: str) -> Diagnostic:
    """Return a diagnostic of a bot that does less than it could."""
    return Diagnostic(check, Status.WARNING, message, remedy)


def failed(check: str, message: str, remedy: str) -> Diagnostic:
    """Return a diagnostic of a bot that does not run, or not on this platform."""
    return Diagnostic(check, Status.FAILED, message, remedy)


def worst_status(diagnostics: Iterable[Diagnostic]) -> Status:
    """Return the most severe status; ok without any diagnostics."""
    severity = list(Status)
    statuses = (diagnostic.status for diagnostic in diagnostics)
    return max(statuses, key=severity.index, default=Status.OK)
