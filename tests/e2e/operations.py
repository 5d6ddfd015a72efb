"""Answers of a running bot on its own address."""

import asyncio
import json
import socket
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientConnectorError, ClientSession
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.event_log import TIMEOUT_SECONDS


def free_address() -> str:
    """Return host and port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"


@dataclass
class OperationsClient:
    """Asks for health and metrics."""

    address: str

    async def get(self, path: str) -> tuple[int, str]:
        """Return status and body; 0 if nothing listens."""
        try:
            async with (
                ClientSession() as session,
                session.get(f"http://{self.address}{path}") as response,
            ):
                return response.status, await response.text()
        except ClientConnectorError:
            return 0, ""

    async def readiness(self) -> tuple[int, dict[str, Any]]:
        """Return the status of the readiness, and what it says."""
        status, body = await self.get("/readyz")
        return status, json.loads(body or "{}")

    async def wait_until(self, status: int, check: str = "", words: str = "ok") -> dict[str, Any]:
        """Return the readiness once it has this status, and a check says the words.

        Raises:
            TimeoutError: it never did; the message quotes the last answer.
        """
        found: tuple[int, dict[str, Any]] = (0, {})
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while True:
                    found = await self.readiness()
                    told = found[1].get("checks", {}).get(check, "") if check else words
                    if found[0] == status and words in told:
                        return found[1]
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise TimeoutError(f"not {status} with {words!r} in {check}: {found}") from None

    async def metric(self, name: str, **labels: str) -> float | None:
        """Return the value of a series; None without it."""
        status, body = await self.get("/metrics")
        assert status == 200
        for family in text_string_to_metric_families(body):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    return float(sample.value)
        return None

    async def wait_for_metric(self, value: float, name: str, **labels: str) -> None:
        """Wait until a series has a value."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while await self.metric(name, **labels) != value:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
