"""Requests of members of an API client's communities about their own data, through the client."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.adapters.components import Components
from bot.api.clients import ApiClient
from bot.api.problems import PROBLEMS, unavailable
from bot.api.reactions import PLATFORM, member_key
from bot.api.routes import client_of, json_of
from bot.api.schema import MemberAnswer, MemberRequest
from bot.core.errors import StoreFailed


class Members:
    """The member requests in front of API clients."""

    def __init__(self, components: Components) -> None:
        """Use the components of a running bot."""
        self._requests = components.service.member_requests
        self._pseudonyms = components.pseudonyms

    async def fulfil(self, client: ApiClient, request: MemberRequest) -> MemberAnswer:
        """Do what a member asks for; the same again changes nothing.

        Raises:
            ApiProblem: the database failed.
        """
        try:
            return await self._fulfil(client, request)
        except StoreFailed:
            raise unavailable("the request was not fulfilled; send it again") from None

    async def _fulfil(self, client: ApiClient, request: MemberRequest) -> MemberAnswer:
        requests, member = self._requests, member_key(self._pseudonyms, client, request.member)
        data, erased = None, None
        if request.request == "export":
            data = await requests.member_data(PLATFORM, member)
        elif request.request == "erasure":
            erased = await requests.forget(PLATFORM, member)
        elif request.request == "opt_out":
            await requests.opt_out(PLATFORM, member)
        else:
            await requests.opt_in(PLATFORM, member)
        opted_out = await requests.is_opted_out(PLATFORM, member)
        return MemberAnswer(opted_out=opted_out, erased=erased, data=data)


def member_routes(members: Members) -> APIRouter:
    """Return the route of member requests."""
    router = APIRouter(prefix="/v1", tags=["members"], responses=PROBLEMS)

    @router.post("/member-requests", response_model=MemberAnswer)
    async def member_request(request: Request, body: MemberRequest) -> Response:
        """Export or erase what is kept about a person, or let them opt out or in.

        Scope: members. It holds for all communities of the client.
        """
        return json_of(await members.fulfil(client_of(request), body))

    return router
