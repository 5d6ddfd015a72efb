"""The OpenAPI document: a client that is generated from it works."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.api.server import TOKENS, RunningApi


def test_what_a_refusal_says_beside_its_document_is_described(http: httpx.Client) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    answers = paths["/v1/predict"]["post"]["responses"]
    told = {status: set(answer.get("headers", ())) for status, answer in answers.items()}
    assert told["401"] == {"WWW-Authenticate"}
    assert told["429"] == told["503"] == {"Retry-After"}
    assert not told["422"]
    assert {"403", "408", "413", "421"} <= told.keys()
    assert "401" in paths["/metrics"]["get"]["responses"]
    assert "503" in paths["/readyz"]["get"]["responses"]


def test_a_generated_client_predicts_and_reads_problems(
    api: RunningApi, http: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "openapi.json").write_text(http.get("/openapi.json").text, encoding="utf-8")
    generator = [sys.executable, "-m", "clientele.cli", "start-api"]
    programs = str(Path(sys.executable).parent)  # it formats with ruff
    monkeypatch.setenv("PATH", programs, prepend=":")
    subprocess.run(
        [*generator, "--file", "openapi.json", "--output", "reactor_client"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("BASE_URL", api.url)
    monkeypatch.setenv("HEADERS", json.dumps({"Authorization": f"Bearer {TOKENS['all']}"}))
    client = importlib.import_module("reactor_client.client")
    schemas = importlib.import_module("reactor_client.schemas")

    answer = client.predict(
        data=schemas.PredictRequest(texts=["so funny"], messages=["generated"], k=2)
    )
    assert isinstance(answer, schemas.PredictAnswer)
    assert answer.results[0].emojis == ["😂"]
    assert answer.results[0].gravity.level is schemas.GravityLevel.HARMLESS
    told = client.feedback(
        data=schemas.FeedbackRequest(message="generated", actor="anna", emoji="😂")
    )
    assert told.result == "recorded"
    wrong = client.predict(data=schemas.PredictRequest(texts=["so funny"], k=99))
    assert isinstance(wrong, schemas.Problem)
    assert wrong.status == 422
    client.client.close()


def test_the_examples_are_valid_and_answered(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    for name, path in (("PredictRequest", "/v1/predict"), ("FeedbackRequest", "/v1/feedback")):
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        for example in document["components"]["schemas"][name]["examples"]:
            Draft202012Validator(schema).validate(example)
            assert http.post(path, json=example).status_code in (200, 404)


def test_every_operation_says_what_it_needs(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["description"]
            assert bool(operation.get("security")) is (path not in ("/healthz", "/readyz"))
