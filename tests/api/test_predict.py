"""Predictions over HTTP."""

import httpx
import pytest

from bot.remote.messages import MAX_TEXTS
from tests.api.server import TOKENS, RunningApi


def predict(http: httpx.Client, text: str, **more: object) -> dict[str, object]:
    response = http.post("/v1/predict", json={"texts": [text], **more})
    assert response.status_code == 200, response.text
    [result] = response.json()["results"]
    assert isinstance(result, dict)
    return result


def test_a_text_gets_predictions_and_what_to_show(http: httpx.Client) -> None:
    result = predict(http, "so funny", community="fresh")
    predictions = result["predictions"]
    assert isinstance(predictions, list)
    assert predictions[0]["emoji"] == "😂"
    assert len(predictions) == 5
    assert result["confidence"] == predictions[0]["score"] > 0.5
    assert (result["speaks"], result["emojis"], result["skip_reason"]) == (True, ["😂"], None)
    assert result["gravity"] == {
        "level": "harmless",
        "probability": None,
        "may_be_self_harm": False,
    }
    assert predictions[0]["model_score"] == pytest.approx(predictions[0]["score"])


def test_silence_has_a_reason_in_the_language(http: httpx.Client) -> None:
    result = predict(http, "the", language="de-AT")
    assert (result["speaks"], result["emojis"]) == (False, [])
    assert result["skip_reason"] == "below_threshold"
    assert result["explanation"] == "Ich war nicht sicher genug."


def test_candidates_and_k_bound_the_predictions(http: httpx.Client) -> None:
    result = predict(http, "so funny", candidates=["🎉", "❤️", ":blob_party:"], k=2)
    predictions = result["predictions"]
    assert isinstance(predictions, list)
    assert len(predictions) == 2
    assert {p["emoji"] for p in predictions} < {"🎉", "❤", ":blob_party:"}
    assert predict(http, "so funny", candidates=[])["skip_reason"] == "no_allowed_emoji"


def test_many_texts_are_answered_in_their_order(http: httpx.Client) -> None:
    words = ["funny", "sad", "pizza", "fire"] * (MAX_TEXTS // 4)
    answer = http.post("/v1/predict", json={"texts": words}).json()
    best = [result["predictions"][0]["emoji"] for result in answer["results"]]
    assert best == ["😂", "😢", "🍕", "🔥"] * (MAX_TEXTS // 4)


def test_the_same_message_gets_the_same_answer(http: httpx.Client) -> None:
    first = predict(http, "so funny", messages=["twice"], community="c1")
    again = predict(http, "so funny", messages=["twice"], community="c1")
    assert again["emojis"] == first["emojis"] == ["😂"]
    assert again["speaks"]
    assert again == first


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "body.texts: field required"),
        ({"texts": []}, "body.texts: list should have at least 1 item"),
        ({"texts": ["a"] * (MAX_TEXTS + 1)}, "body.texts: list should have at most"),
        ({"texts": ["secret"], "k": 0}, "body.k: "),
        ({"texts": ["secret"], "k": "3"}, "body.k: input should be a valid integer"),
        ({"texts": ["secret"], "text": "secret"}, "body.text: extra inputs"),
        ({"texts": ["secret"], "community": "with space"}, "body.community: "),
        ({"texts": ["secret"], "messages": ["1", "2"]}, "messages: needs one id for each"),
        ({"texts": ["a", "b"], "messages": ["1", "1"]}, "messages: needs a different id"),
        ({"texts": ["secret"], "candidates": ["smile"]}, "candidates: each should be"),
    ],
)
def test_bad_input_is_a_problem_that_quotes_nothing(
    http: httpx.Client, body: dict[str, object], detail: str
) -> None:
    response = http.post("/v1/predict", json=body)
    problem = response.json()
    assert response.status_code == problem["status"] == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem["detail"].startswith(detail)
    assert "secret" not in response.text


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"texts": ["\\ud800"]}', b"[" * 5000])
def test_what_is_no_json_is_a_problem(http: httpx.Client, content: bytes) -> None:
    response = http.post(
        "/v1/predict", content=content, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["detail"].startswith("body")


def test_a_body_that_is_not_called_json_is_a_problem_that_names_the_header(
    http: httpx.Client,
) -> None:
    for response in (
        http.post("/v1/predict", content=b'{"texts": ["a"]}'),
        http.post("/v1/predict", data={"texts": "a"}),
        http.post("/v1/predict", json=["a"]),
    ):
        assert response.status_code == 422
        assert "Content-Type: application/json" in response.json()["detail"]


def test_what_is_not_there_is_a_problem_that_says_where_to_look(http: httpx.Client) -> None:
    missing, wrong = http.get("/v1/emojis"), http.get("/v1/predict")
    assert (missing.status_code, wrong.status_code) == (404, 405)
    assert "/openapi.json" in missing.json()["detail"]
    assert "POST" in wrong.json()["detail"]


def test_the_emojis_have_names(http: httpx.Client) -> None:
    answer = http.get("/v1/emoji").json()
    names = {entry["emoji"]: entry["names"] for entry in answer["emojis"]}
    assert answer["artifact"].startswith("tiny-")
    assert names["🍕"][0] == "pizza"


def test_clients_do_not_share_communities(api: RunningApi) -> None:
    with api.client() as one, api.client(TOKENS["other"]) as other:
        predict(one, "so funny", messages=["mine"])
        told = other.post("/v1/feedback", json={"message": "mine", "actor": "a", "emoji": "😂"})
    assert told.status_code == 404
