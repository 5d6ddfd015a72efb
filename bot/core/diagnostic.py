"""What an operator is told of one thing that was checked."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"
    """The bot runs, and does less than it could."""
    FAILED = "failed"
    """The bot does not run, or not there."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One line of ``emoji-reactor doctor``; it holds neither a token nor a message."""

    check: str
    """What was looked at, such as ``discord.intents``; programs may rely on it."""
    status: Status
    message: str
    remedy: str = ""
    """What to do; empty where all is well, and only there."""

    def __post_init__(self) -> None:
        """Let nobody be told of a trouble without a way out."""
        if bool(self.remedy) is (self.status is Status.OK):
            raise ValueError(f"{self.check}: a mend is for what is not ok")


def ok(check: str, told: str) -> Diagnostic:
    """All is well."""
    return Diagnostic(check, Status.OK, told)


def warning(check: str, told: str, mend: str) -> Diagnostic:
    """The bot does less than it could."""
    return Diagnostic(check, Status.WARNING, told, mend)


def failed(check: str, told: str, mend: str) -> Diagnostic:
    """The bot does not run, or not there."""
    return Diagnostic(check, Status.FAILED, told, mend)


def worst_status(findings: Iterable[Diagnostic]) -> Status:
    """The gravest status; ok where nothing was found."""
    order = list(Status)
    return max((finding.status for finding in findings), key=order.index, default=Status.OK)
