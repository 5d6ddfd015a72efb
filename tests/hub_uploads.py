"""The writing half of the Hub on loopback: create, preupload, LFS, commit, squash, settings.

Written after https://huggingface.co/docs/hub/api, the Git LFS batch API and the client's requests.
"""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from tests.hub_server import Repository

LARGE = 1000
"""Bytes from which on a file goes through LFS."""

Answer = Callable[[web.Request, "Repository", str], Awaitable[web.StreamResponse]]


class Uploads:
    """Writes into ``repositories``, keyed as in a Hub address: ``[datasets/|spaces/]ORG/NAME``."""

    def __init__(self, repositories: "dict[str, Repository]") -> None:
        """Nobody may write before ``token`` is set."""
        self._repositories = repositories
        self.token = ""
        self.refuse: dict[str, int] = {}
        """Step -> the status with which it is refused once."""
        self.reset: set[str] = set()
        """Steps in the middle of which the connection breaks once."""
        self.blobs: dict[str, bytes] = {}
        self.steps: list[str] = []
        """``STEP key`` in order."""

    def register(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_post("/api/repos/create", self._create)
        name = "{organisation}/{name}"
        for kind, prefix in (("models", ""), ("datasets", "datasets/"), ("spaces", "spaces/")):
            api = f"/api/{kind}/{name}"
            routes: list[tuple[str, str, str, Answer]] = [
                ("POST", f"{api}/preupload/{{revision:.+}}", "preupload", _preupload),
                ("POST", f"{api}/commit/{{revision:.+}}", "commit", self._commit),
                ("POST", f"{api}/super-squash/{{revision:.+}}", "squash", _squash),
                ("POST", f"{api}/branch/{{revision:.+}}", "branch", _branch),
                ("GET", f"{api}/refs", "refs", _refs),
                ("POST", f"{api}/tag/{{revision:.+}}", "tag", _tag),
                ("DELETE", f"{api}/tag/{{revision:.+}}", "delete tag", _delete_tag),
                ("PUT", f"{api}/settings", "settings", _settings),
                ("POST", f"/{prefix}{name}.git/info/lfs/objects/batch", "batch", self._batch),
            ]
            for method, path, step, answer in routes:
                app.router.add_route(method, path, self._guarded(step, prefix, answer))
        app.router.add_put("/lfs/{oid}", self._put)
        app.router.add_post("/api/validate-yaml", _validate)

    def _guarded(self, step: str, prefix: str, answer: Answer) -> Any:  # noqa: ANN401 - a handler
        async def handle(request: web.Request) -> web.StreamResponse:
            place = request.match_info
            key = f"{prefix}{place['organisation']}/{place['name']}"
            request["key"] = key
            self.steps.append(f"{step} {key}")
            if refusal := self._trouble(step, request):
                return refusal
            repository = self._repositories.get(key)
            if repository is None:
                return _refusal(404, "RepoNotFound")
            return await answer(request, repository, place.get("revision", "main"))

        return handle

    def _trouble(self, step: str, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _refusal(401, "Unauthorized")
        if step in self.reset:
            self.reset.remove(step)
            return _broken(request)
        status = self.refuse.pop(step, None)
        return None if status is None else _refusal(status, "Refused")

    async def _create(self, request: web.Request) -> web.StreamResponse:
        from tests.hub_server import MAIN, Commit, Repository

        asked = await request.json()
        prefix = "" if asked["type"] == "model" else f"{asked['type']}s/"
        key = f"{prefix}{asked['organization']}/{asked['name']}"
        self.steps.append(f"create {key}")
        if refusal := self._trouble("create", request):
            return refusal
        address = {"url": f"http://{request.host}/{key}"}
        if key in self._repositories:
            return web.json_response({"error": "You already created it", **address}, status=409)
        private = asked.get("visibility") == "private" or asked.get("private") is True
        made = Repository({MAIN: Commit({})}, token=self.token if private else None)
        self._repositories[key] = made
        return web.json_response({**address, "name": asked["name"], "id": key})

    async def _batch(self, request: web.Request, repository: "Repository", _: str) -> web.Response:
        asked = await request.json()
        objects = []
        for each in asked["objects"]:
            href = f"http://{request.host}/lfs/{each['oid']}"
            known = each["oid"] in self.blobs
            actions = {} if known else {"actions": {"upload": {"href": href}}}
            objects.append({"oid": each["oid"], "size": each["size"], **actions})
        return web.json_response({"transfer": "basic", "objects": objects})

    async def _put(self, request: web.Request) -> web.StreamResponse:
        self.steps.append("upload")
        if "upload" in self.reset:
            self.reset.remove("upload")
            return _broken(request)
        self.blobs[request.match_info["oid"]] = await request.read()
        return web.Response()

    async def _commit(
        self, request: web.Request, repository: "Repository", revision: str
    ) -> web.Response:
        from tests.hub_server import Commit

        files = dict(repository.revisions[revision].files)
        for line in (await request.text()).splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "lfsFile":
                files[value["path"]] = self.blobs[value["oid"]]
            elif entry["key"] == "deletedFile":
                del files[value["path"]]
        commit = Commit(files)
        repository.revisions[revision] = commit
        repository.history.append(commit)
        address = f"http://{request.host}/{request['key']}/commit/{commit.sha}"
        return web.json_response({"commitUrl": address, "commitOid": commit.sha})


async def _preupload(request: web.Request, repository: "Repository", _: str) -> web.Response:
    asked = await request.json()
    modes = [
        {
            "path": each["path"],
            "uploadMode": "lfs" if each["size"] >= LARGE else "regular",
            "shouldIgnore": False,
        }
        for each in asked["files"]
    ]
    return web.json_response({"files": modes})


async def _squash(_: web.Request, repository: "Repository", revision: str) -> web.Response:
    repository.history[:] = [repository.revisions[revision]]
    return web.json_response({})


async def _branch(_: web.Request, repository: "Repository", revision: str) -> web.Response:
    if revision in repository.revisions:
        return _refusal(409, "Exists")
    repository.revisions[revision] = repository.revisions["main"]
    return web.json_response({})


async def _refs(_: web.Request, repository: "Repository", __: str) -> web.Response:
    tags = [
        {"name": name, "ref": f"refs/tags/{name}", "targetCommit": commit.sha}
        for name, commit in repository.tags.items()
    ]
    return web.json_response({"branches": [], "converts": [], "tags": tags})


async def _tag(request: web.Request, repository: "Repository", revision: str) -> web.Response:
    name = (await request.json())["tag"]
    if name in repository.tags:
        return _refusal(409, "Exists")
    repository.tags[name] = repository.revisions[revision]
    return web.json_response({})


async def _delete_tag(_: web.Request, repository: "Repository", name: str) -> web.Response:
    if repository.tags.pop(name, None) is None:
        return _refusal(404, "RevisionNotFound")
    return web.json_response({})


async def _settings(request: web.Request, repository: "Repository", _: str) -> web.Response:
    asked = await request.json()
    if asked.get("visibility") == "public" or asked.get("private") is False:
        repository.token = None
    return web.json_response({})


async def _validate(_: web.Request) -> web.Response:
    return web.json_response({"errors": [], "warnings": []})


def _broken(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _refusal(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)
