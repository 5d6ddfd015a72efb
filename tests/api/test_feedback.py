"""Feedback over HTTP, as the database keeps it."""

import sqlite3
from contextlib import closing

import httpx
import pytest

from tests.api.server import RunningApi
from tests.api.test_predict import predict


def stored(api: RunningApi, message: str) -> list[tuple[str, str, str]]:
    """Return kind, emoji and source of the feedback on a message."""
    query = (
        "select f.kind, f.emoji, f.source from feedback f join prediction p"
        " on p.id = f.prediction_id where p.message = ? order by f.id"
    )
    with closing(sqlite3.connect(api.database)) as connection:
        return connection.execute(query, (message,)).fetchall()


def tell(http: httpx.Client, message: str, **more: object) -> httpx.Response:
    return http.post("/v1/feedback", json={"message": message, "actor": "anna", **more})


@pytest.mark.parametrize(
    ("message", "feedback", "row"),
    [
        ("f1", {"emoji": "😂"}, ("agree", "😂", "api")),
        ("f2", {"emoji": "🔥"}, ("correct", "🔥", "api")),
        ("f3", {"action": "dislike"}, ("dislike", "", "api")),
        ("f4", {"action": "remove"}, ("remove", "😂", "reaction")),
    ],
)
def test_feedback_is_stored_once_however_often_it_comes(
    api: RunningApi, http: httpx.Client, message: str, feedback: dict[str, object], row: object
) -> None:
    predict(http, "so funny", messages=[message])
    for _ in range(3):
        response = tell(http, message, **feedback)
        assert response.json() == {"result": "recorded"}
    assert stored(api, message) == [row]


def test_feedback_can_be_taken_back(api: RunningApi, http: httpx.Client) -> None:
    predict(http, "so funny", messages=["back"])
    tell(http, "back", emoji="😂")
    assert tell(http, "back", emoji="😂", withdrawn=True).json() == {"result": "recorded"}
    assert stored(api, "back") == []


def test_a_silent_message_takes_no_feedback(http: httpx.Client) -> None:
    predict(http, "the", messages=["silent"])
    assert tell(http, "silent", emoji="😂").json() == {"result": "nothing_shown"}
    assert tell(http, "silent", action="dislike").json() == {"result": "nothing_shown"}


def test_a_community_gets_what_it_likes(http: httpx.Client) -> None:
    for member in range(8):
        name = f"liked{member}"
        predict(http, "thanks love", messages=[name], community="likes", author=f"a{member}")
        tell(http, name, community="likes", actor=f"m{member}", emoji="🔥")
    here = predict(http, "thanks love fire", community="likes")["predictions"]
    there = predict(http, "thanks love fire")["predictions"]
    assert isinstance(here, list)
    assert isinstance(there, list)
    scores = {p["emoji"]: p["score"] for p in here}
    assert scores["🔥"] > {p["emoji"]: p["score"] for p in there}["🔥"]


@pytest.mark.parametrize(
    ("feedback", "status", "detail"),
    [
        ({"message": "nowhere", "emoji": "😂"}, 404, "no prediction is kept"),
        ({"message": "f1"}, 422, "emoji: action choose needs"),
        ({"message": "f1", "emoji": "haha"}, 422, "emoji: should be one"),
        ({"message": "f1", "action": "remove", "withdrawn": True}, 422, "withdrawn: "),
        ({"message": "f1", "action": "love"}, 422, "body.action: "),
    ],
)
def test_wrong_feedback_is_a_problem(
    http: httpx.Client, feedback: dict[str, str], status: int, detail: str
) -> None:
    response = tell(http, **feedback)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["detail"].startswith(detail)
