"""Fake Hugging Face Hub on loopback, for downloads and pushes by ``huggingface_hub``.

Written after https://huggingface.co/docs/hub/api and the client's own requests: the revision and
the tree of a repository, then the files under ``resolve``, each with the ETag of its content.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from tests.hub_uploads import Uploads

MAIN = "main"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Commit:
    """The files of one revision by their paths."""

    files: Mapping[str, bytes]

    @property
    def sha(self) -> str:
        """Forty hexadecimal digits that stand for the content."""
        digest = hashlib.sha1(usedforsecurity=False)
        for path, content in sorted(self.files.items()):
            digest.update(f"{path}\0{hashlib.sha256(content).hexdigest()}\0".encode())
        return digest.hexdigest()


@dataclass(slots=True)
class Repository:
    """A repository with its branches, tags and access."""

    revisions: dict[str, Commit] = field(default_factory=dict)
    token: str | None = None
    """Required for access; None for a public repository."""
    failure: int | None = None
    """HTTP status of every response; None for normal ones."""
    max_sent_bytes: int | None = None
    """The connection breaks after this many bytes of a file."""
    tags: dict[str, Commit] = field(default_factory=dict)
    history: list[Commit] = field(default_factory=list)
    """Pushed commits."""

    def find(self, revision: str) -> Commit | None:
        """Return the commit of a branch, a tag or a digest."""
        by_sha = {commit.sha: commit for commit in self.revisions.values()}
        named = self.revisions.get(revision) or self.tags.get(revision)
        return named or by_sha.get(revision)


class HubServer:
    """Server of ``repositories``, named ``[datasets/|spaces/]ORG/NAME``; records requests."""

    def __init__(self) -> None:
        """Prepare; ``start`` listens."""
        self.repositories: dict[str, Repository] = {}
        self.uploads = Uploads(self.repositories)
        self.role = "write"
        """Role of the token, ``read`` or ``write``."""
        self.requests: list[str] = []
        """``METHOD path`` of each request, in order."""
        self._runner: web.AppRunner | None = None
        self.endpoint = ""
        """Value for ``HF_ENDPOINT``."""

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        app = web.Application(middlewares=[self._journal], client_max_size=1 << 26)
        name = "{organisation}/{name}"
        for kind, prefix in (("models", ""), ("datasets", "datasets/"), ("spaces", "spaces/")):
            api = f"/api/{kind}/{name}"
            app.router.add_get(f"{api}/revision/{{revision}}", self._with(_revision, prefix))
            app.router.add_get(f"{api}/tree/{{revision}}", self._with(_tree, prefix))
            file = f"/{prefix}{name}/resolve/{{revision}}/{{path:.+}}"
            app.router.add_get(file, self._with(_file, prefix))
        self.uploads.register(app)
        app.router.add_get("/api/whoami-v2", self._whoami)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.endpoint = f"http://{host}:{port}"

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    def downloads(self) -> list[str]:
        """Return the names of downloaded files."""
        return [line.rpartition("/")[2] for line in self.requests if line.startswith("GET /org/")]

    @web.middleware
    async def _journal(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path}")
        return await handler(request)

    async def _whoami(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.uploads.token}":
            return _refusal(401, "Unauthorized", "Invalid credentials in Authorization header")
        token = {"displayName": "bot", "role": self.role}
        account = {"type": "user", "name": "someone", "orgs": []}
        return web.json_response(account | {"auth": {"accessToken": token}})

    def _with(
        self, answer: Callable[["RepositoryRequest"], Awaitable[web.StreamResponse]], prefix: str
    ) -> Handler:
        """Wrap a handler: resolve repository and revision, or refuse as the Hub does."""

        async def handle(request: web.Request) -> web.StreamResponse:
            place = request.match_info
            key = f"{prefix}{place['organisation']}/{place['name']}"
            repository = self.repositories.get(key)
            if repository is None or not _may_read(repository, request):
                # The Hub does not reveal which private repositories exist.
                return _refusal(401, "RepoNotFound", "Repository not found")
            if repository.failure is not None:
                return web.Response(status=repository.failure)
            commit = repository.find(place["revision"])
            if commit is None:
                return _refusal(404, "RevisionNotFound", "Invalid rev id")
            return await answer(RepositoryRequest(request, repository, commit))

        return handle


@dataclass(frozen=True, slots=True)
class RepositoryRequest:
    """An authorized request."""

    request: web.Request
    repository: Repository
    commit: Commit


async def _revision(authorized: RepositoryRequest) -> web.StreamResponse:
    place = authorized.request.match_info
    return web.json_response(
        {
            "id": f"{place['organisation']}/{place['name']}",
            "sha": authorized.commit.sha,
            "siblings": [{"rfilename": path} for path in authorized.commit.files],
        }
    )


async def _tree(authorized: RepositoryRequest) -> web.StreamResponse:
    return web.json_response(
        [
            {"type": "file", "path": path, "size": len(content), "oid": etag(content)}
            for path, content in authorized.commit.files.items()
        ]
    )


async def _file(authorized: RepositoryRequest) -> web.StreamResponse:
    content = authorized.commit.files.get(authorized.request.match_info["path"])
    if content is None:
        return _refusal(404, "EntryNotFound", "Entry not found")
    response = web.StreamResponse(
        headers={
            "ETag": f'"{etag(content)}"',
            "X-Repo-Commit": authorized.commit.sha,
            "Content-Length": str(len(content)),
            "Accept-Ranges": "none",
        }
    )
    await response.prepare(authorized.request)
    if authorized.request.method == "GET":
        await response.write(content[: authorized.repository.max_sent_bytes])
        if (
            authorized.repository.max_sent_bytes is not None
            and authorized.request.transport is not None
        ):
            authorized.request.transport.close()
    return response


def etag(content: bytes) -> str:
    """Return Git's digest of a file, which is the Hub's ETag of small files."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _may_read(repository: Repository, request: web.Request) -> bool:
    wanted = repository.token
    return wanted is None or request.headers.get("Authorization") == f"Bearer {wanted}"


def _refusal(status: int, code: str, message: str) -> web.Response:
    headers = {"X-Error-Code": code, "X-Error-Message": message}
    return web.json_response({"error": message}, status=status, headers=headers)
