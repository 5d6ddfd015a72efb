"""A process that has imported modules, and forks others that need not import them again.

``python -m tests.fork_server SOCKET MODULE...``. Each message on the socket is a ``Request``, with
three standard streams and a pipe, on which the server writes the new process's id and, at its end,
its exit status. The end of the socket ends the server.
"""

import gc
import importlib
import json
import os
import runpy
import selectors
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NoReturn

MAX_REQUEST_BYTES = 1 << 17


@dataclass(frozen=True, slots=True)
class Request:
    """A module to run as ``python -m`` would."""

    module: str
    arguments: Sequence[str]
    folder: str
    environment: dict[str, str]

    def encode(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(asdict(self)).encode()


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    pidfd: int
    reply: int


def main(socket_number: int, modules: Sequence[str]) -> None:
    """Serve, and run in each new process what was asked for."""
    before = dict(os.environ)
    for module in modules:
        importlib.import_module(module)
    set_by_imports = dict(os.environ.items() - before.items())
    gc.collect()
    gc.freeze()  # else a collection would copy the pages that the processes share
    with socket.socket(fileno=socket_number) as requests:
        request = _serve(requests)
    _run(request, set_by_imports)


def _serve(requests: socket.socket) -> Request:
    """Fork at each request; return it in the new process."""
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if isinstance(key.data, _Child):
                    selector.unregister(key.fileobj)
                    _report(key.data)
                    continue
                message, descriptors, _, _ = socket.recv_fds(requests, MAX_REQUEST_BYTES, 4)
                if not message:
                    sys.exit()
                child = _fork(descriptors)
                if child is None:
                    _close(*(key.data for key in selector.get_map().values()))
                    return Request(**json.loads(message))
                selector.register(child.pidfd, selectors.EVENT_READ, child)


def _fork(descriptors: Sequence[int]) -> _Child | None:
    """Fork, and give the new process its standard streams; return ``None`` there."""
    *streams, reply = descriptors
    pid = os.fork()
    if pid == 0:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    if pid == 0:
        os.close(reply)
        return None
    os.write(reply, b"%d\n" % pid)
    return _Child(pid, os.pidfd_open(pid), reply)


def _report(child: _Child) -> None:
    """Write the exit status of a process that ended."""
    _, status = os.waitpid(child.pid, 0)
    os.write(child.reply, b"%d\n" % os.waitstatus_to_exitcode(status))
    _close(child)


def _close(*children: _Child | None) -> None:
    for child in children:
        if child is not None:
            os.close(child.pidfd)
            os.close(child.reply)


def _run(request: Request, set_by_imports: dict[str, str]) -> NoReturn:
    os.environ.clear()
    os.environ.update(request.environment | set_by_imports)
    os.chdir(request.folder)
    path = request.environment.get("PYTHONPATH", "")
    sys.path[:1] = [request.folder, *filter(None, path.split(os.pathsep))]
    sys.argv = [request.module, *request.arguments]
    runpy.run_module(request.module, run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
