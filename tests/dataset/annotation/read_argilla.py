"""Import a dataset with Argilla's ``Dataset.from_disk``; run with its SDK on the path.

The SDK sends what it read to a server on loopback, which answers like Argilla's and remembers it:
the real server needs Elasticsearch. What it got is printed.
"""

import json
import re
import sys
import threading
import warnings
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from uuid import uuid4

import argilla

TIMES = {"inserted_at": "2026-01-01T00:00:00", "updated_at": "2026-01-01T00:00:00"}
WORKSPACE = {"id": str(uuid4()), "name": "argilla", **TIMES}
USER = {"id": str(uuid4()), "username": "ada", "role": "owner", "first_name": "Ada", **TIMES}


class Handler(BaseHTTPRequestHandler):
    """One dataset, with what was posted to it by the last part of the path."""

    dataset: ClassVar[dict[str, Any]] = {}
    posted: ClassVar[defaultdict[str, list[Any]]] = defaultdict(list)

    def log_message(self, *_: object) -> None:
        """Be silent."""

    def do_GET(self) -> None:
        """Answer what the client asks for."""
        last = self.path.rpartition("/")[2]
        answers: dict[str, object] = {
            "me": USER,
            "workspaces": {"items": [WORKSPACE]},
            WORKSPACE["id"]: WORKSPACE,
            self.dataset.get("id", "no dataset"): self.dataset,
        }
        self._send(200, answers.get(last, {"items": self.posted[last]}))

    def do_POST(self) -> None:
        """Keep what the client creates."""
        body = self._body()
        last = self.path.rpartition("/")[2]
        stored = {**(body or {}), "id": str(uuid4()), **TIMES}
        if last == "datasets":
            self.dataset.update(stored, status="draft")
            self._send(201, self.dataset)
        elif re.fullmatch("fields|questions|metadata-properties", last):
            self.posted[last].append(stored)
            self._send(201, stored)
        else:
            self._send(404, {"detail": self.path})

    def do_PUT(self) -> None:
        """Publish the dataset, or keep records."""
        if self.path.endswith("/publish"):
            self.dataset["status"] = "ready"
            self._send(200, self.dataset)
            return
        records = self._body()["items"]
        self.posted["records"] += records
        known = {"status": "pending", "dataset_id": self.dataset["id"], **TIMES}
        items = [{**record, "id": str(uuid4()), **known} for record in records]
        self._send(200, {"items": items, "updated_item_ids": []})

    def do_PATCH(self) -> None:
        """Change the dataset."""
        self.dataset.update(self._body())
        self._send(200, self.dataset)

    def do_DELETE(self) -> None:
        """Accept the roll-back of an import that failed."""
        self._send(200, self.dataset)

    def _body(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or "null")

    def _send(self, status: int, content: object) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main(folder: str) -> None:
    """Import the folder and print what the server got."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = argilla.Argilla(api_url=f"http://127.0.0.1:{server.server_port}", api_key="any")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        argilla.Dataset.from_disk(folder, workspace="argilla", client=client)
    server.shutdown()
    sys.stdout.write(json.dumps({"dataset": Handler.dataset, **Handler.posted}))


if __name__ == "__main__":
    main(sys.argv[1])
