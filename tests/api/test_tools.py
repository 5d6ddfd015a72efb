"""The tools for agents, with the SDK's client over both transports."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from tests.api.server import TOKENS, RunningApi
from tests.conftest import VARIABLE_PREFIXES

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def over_http(api: RunningApi, token: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {TOKENS[token]}"}
    async with create_mcp_http_client(headers=headers) as http:
        transport = streamable_http_client(f"{api.url}/mcp", http_client=http)
        async with Client(transport) as client:
            yield client


@asynccontextmanager
async def over_stdio(folder: Path, artifact: Path) -> AsyncIterator[Client]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(VARIABLE_PREFIXES)}
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "bot", "mcp"],
        env={
            **environment,
            "PYTHONPATH": str(ROOT),
            "EMOJI_REACTOR__MODEL__SOURCE": str(artifact),
        },
        cwd=folder,
    )
    with (folder / "log").open("w", encoding="utf-8") as log:
        async with Client(stdio_client(server, log)) as client:
            yield client


async def call(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def check_tools(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"suggest_emoji", "tell_emoji_feedback"}
    assert tools["suggest_emoji"].input_schema["required"] == ["text"]
    suggestion = await call(client, "suggest_emoji", text="so funny", message="mcp-1")
    assert (suggestion["speaks"], suggestion["emojis"]) == (True, ["😂"])
    for _ in range(2):
        told = await call(client, "tell_emoji_feedback", message="mcp-1", actor="anna", emoji="🔥")
        assert told == {"result": "recorded"}
    wrong = await client.call_tool("tell_emoji_feedback", {"message": "no", "actor": "anna"})
    assert wrong.is_error
    assert "needs the emoji" in str(wrong.content)


async def test_the_tools_work_over_streamable_http(api: RunningApi) -> None:
    async with over_http(api, "all") as client:
        await check_tools(client)


async def test_an_agent_can_take_feedback_back(api: RunningApi) -> None:
    feedback = {"message": "mcp-2", "actor": "berta", "emoji": "🔥"}
    request = {"member": "berta", "request": "export"}
    async with over_http(api, "all") as client:
        await call(client, "suggest_emoji", text="so funny", message="mcp-2", author="carla")
        for withdrawn, count in ((False, 1), (True, 0)):
            await call(client, "tell_emoji_feedback", **feedback, withdrawn=withdrawn)
            with api.client() as http:
                kept = http.post("/v1/member-requests", json=request).json()["data"]
            assert len(kept["feedback"]) == count


async def test_a_tool_needs_its_scope(api: RunningApi) -> None:
    async with over_http(api, "metrics") as client:
        refused = await client.call_tool("suggest_emoji", {"text": "so funny"})
        assert refused.is_error
        assert "scope predict" in str(refused.content)


def test_an_agent_without_a_token_is_refused(api: RunningApi) -> None:
    with api.client(None) as http:
        assert http.post("/mcp", json={}).status_code == 401


@pytest.mark.slow
async def test_the_tools_work_over_stdio(tiny_artifact: Path, tmp_path: Path) -> None:
    async with over_stdio(tmp_path, tiny_artifact) as client:
        await check_tools(client)
    log = (tmp_path / "log").read_text("utf-8")
    assert "so funny" not in log
    assert "Traceback" not in log
