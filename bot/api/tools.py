"""Tools for agents, by the Model Context Protocol: the API's two abilities."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated, Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import Field
from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.api.access import MCP_PATH
from bot.api.clients import LOCAL_CLIENT, ApiClient
from bot.api.problems import ApiProblem
from bot.api.reactions import Reactions
from bot.api.schema import (
    CommunityId,
    EmojiList,
    EmojiText,
    FeedbackAnswer,
    FeedbackRequest,
    Language,
    MemberId,
    MessageId,
    PredictRequest,
    TextPrediction,
    Withdrawn,
)
from bot.config.api_tokens import Scope
from bot.remote.messages import MAX_TEXT_LENGTH

INSTRUCTIONS = (
    "Ask suggest_emoji which emoji fits a message before you react to it, and stay silent if"
    " speaks is false. With a message id the suggestion is kept, never the text; then tell what"
    " people do with it by tell_emoji_feedback: their community's preferences follow."
)
AnyContext = Context[Any, Any]


def build_tools(reactions: Reactions) -> MCPServer[Any]:
    """Return the server of the tools, for any transport."""
    server: MCPServer[Any] = MCPServer(
        "emoji-reactor", instructions=INSTRUCTIONS, version=version("emoji-reactor")
    )

    @server.tool()
    async def suggest_emoji(
        context: AnyContext,
        text: Annotated[str, Field(max_length=MAX_TEXT_LENGTH, description="It is not kept.")],
        community: CommunityId = "default",
        candidates: EmojiList | None = None,
        language: Language | None = None,
        message: MessageId | None = None,
        author: MemberId | None = None,
    ) -> TextPrediction:
        """Suggest emojis for a message, and say if it is better to show none."""
        request = PredictRequest(
            texts=[text],
            candidates=candidates,
            community=community,
            language=language,
            messages=None if message is None else [message],
            author=author,
        )
        client = _client(context, Scope.PREDICT)
        try:
            return (await reactions.predict(client, request)).results[0]
        except ApiProblem as problem:
            raise ToolError(problem.detail) from None

    @server.tool()
    async def tell_emoji_feedback(
        context: AnyContext,
        message: MessageId,
        actor: MemberId,
        emoji: EmojiText | None = None,
        community: CommunityId = "default",
        action: Literal["choose", "remove", "dislike"] = "choose",
        withdrawn: Withdrawn = False,
    ) -> FeedbackAnswer:
        """Tell what a person did with the emoji on a message: chose one, removed or disliked it."""
        request = FeedbackRequest(
            message=message,
            community=community,
            actor=actor,
            action=action,
            emoji=emoji,
            withdrawn=withdrawn,
        )
        client = _client(context, Scope.FEEDBACK)
        try:
            return await reactions.tell_feedback(client, request)
        except ApiProblem as problem:
            raise ToolError(problem.detail) from None

    return server


@asynccontextmanager
async def tool_routes(reactions: Reactions) -> AsyncIterator[Sequence[BaseRoute]]:
    """Offer the tools over streamable HTTP: the routes, which work inside the context."""
    server = build_tools(reactions)
    app = server.streamable_http_app(
        streamable_http_path=MCP_PATH,
        json_response=True,
        stateless_http=True,
        # ``AccessControl`` checks hosts and tokens.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    async with server.session_manager.run():
        yield app.routes


def _client(context: AnyContext, needed: Scope) -> ApiClient:
    """Return who calls: the client of an HTTP request, or who started this process.

    Raises:
        ToolError: the client's token does not have the scope.
    """
    request = context.request_context.request
    client: ApiClient = request.state.client if isinstance(request, Request) else LOCAL_CLIENT
    if needed not in client.scopes:
        raise ToolError(f"this token does not have the scope {needed.value}")
    return client
