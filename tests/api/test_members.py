"""Requests of members about their own data, over HTTP."""

import httpx

from tests.api.server import TOKENS, RunningApi
from tests.api.test_feedback import stored, tell
from tests.api.test_predict import predict


def ask(http: httpx.Client, request: str, member: str = "anna") -> dict[str, object]:
    body = {"member": member, "request": request}
    response = http.post("/v1/member-requests", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, object] = response.json()
    return answer


def test_members_see_erase_and_opt_out(api: RunningApi, http: httpx.Client) -> None:
    predict(http, "so funny", messages=["own"], author="berta")
    tell(http, "own", actor="berta", emoji="🔥")
    tell(http, "own", actor="carla", emoji="😂")
    exported = ask(http, "export", "berta")
    assert exported["opted_out"] is False
    assert "🔥" in str(exported["data"])
    assert ask(http, "export", "nobody")["data"] != exported["data"]
    erased = ask(http, "erasure", "berta")["erased"]
    assert isinstance(erased, int)
    assert erased > 0
    assert stored(api, "own") == []  # the message was berta's
    assert ask(http, "erasure", "berta")["erased"] == 0

    predict(http, "so funny", messages=["hers"], author="carla")
    assert ask(http, "opt_out", "berta")["opted_out"] is True
    response = tell(http, "hers", actor="berta", emoji="🔥")
    assert response.json() == {"result": "opted_out"}
    assert ask(http, "opt_in", "berta")["opted_out"] is False
    assert tell(http, "hers", actor="berta", emoji="🔥").json() == {"result": "recorded"}


def test_member_requests_need_their_scope_and_their_client(api: RunningApi) -> None:
    body = {"member": "anna", "request": "erasure"}
    with api.client(TOKENS["other"]) as other:
        response = other.post("/v1/member-requests", json=body)
    assert response.status_code == 403
    assert "members" in response.json()["detail"]
    with api.client() as http:
        response = http.post("/v1/member-requests", json={"member": "", "request": "all"})
    assert response.status_code == 422
