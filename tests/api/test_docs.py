"""The examples of docs/api.md, answered by the shipped artifact; and its guard."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import api_settings, running_api

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
EXAMPLE = re.compile(r"```sh\n(?P<call>curl .*?)```\n\n```json\n(?P<answer>.*?)```", re.DOTALL)
ROUNDING = 0.02


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = api_settings(tmp_path_factory.mktemp("shipped"), "")
    with running_api(settings, "") as running, running.client(None) as http:
        yield http


def test_the_examples_are_true(shipped: httpx.Client) -> None:
    examples = list(EXAMPLE.finditer(PAGE.read_text("utf-8")))
    assert len(examples) == 2
    for example in examples:
        words = shlex.split(example["call"].replace("\\\n", " "))
        path = httpx.URL(words[1]).path
        answer = shipped.post(path, json=json.loads(words[words.index("-d") + 1])).json()
        compare(json.loads(example["answer"]), answer)


def compare(documented: Any, answer: Any) -> None:  # noqa: ANN401 - any JSON
    """Compare an answer with the documented one, whose numbers are rounded."""
    if isinstance(documented, dict):
        assert documented.keys() == answer.keys()
        for key, value in documented.items():
            compare(value, answer[key])
    elif isinstance(documented, list):
        assert len(documented) == len(answer)
        for one, other in zip(documented, answer, strict=True):
            compare(one, other)
    elif isinstance(documented, float):
        assert answer == pytest.approx(documented, abs=ROUNDING), "docs/api.md has other scores"
    else:
        assert documented == answer, "docs/api.md has another answer"


@pytest.mark.parametrize(
    ("text", "level"),
    [("my grandmother died last night", "grave"), ("i want to kill myself", "self_harm")],
)
def test_grave_texts_get_no_laughter(shipped: httpx.Client, text: str, level: str) -> None:
    laughing = ["😂", "🤣", "💀", "🎉"]
    every = shipped.post("/v1/predict", json={"texts": [text]}).json()["results"][0]
    assert every["gravity"]["level"] == level
    assert not set(laughing) & {p["emoji"] for p in every["predictions"]}
    if level == "self_harm":
        assert (every["speaks"], every["skip_reason"]) == (False, "gravity")
    body = {"texts": [text], "candidates": laughing}
    only = shipped.post("/v1/predict", json=body).json()["results"][0]
    assert (only["predictions"], only["speaks"], only["skip_reason"]) == ([], False, "gravity")
