"""The endpoint for programs, called as its documentation says."""

from gradio_client import Client

from tests.web.process import Page


def test_programs_get_the_five(page: Page) -> None:
    client = Client(page.url, verbose=False)
    answer = client.predict("so funny haha", api_name="/predict")
    assert answer["model"].startswith("tiny-")
    assert [p["emoji"] for p in answer["predictions"]][:2] == ["😂", "🤣"]
    limited = client.predict("so funny", ["🔥", ":party_parrot:", "no emoji"], api_name="/predict")
    assert {p["emoji"] for p in limited["predictions"]} == {"🔥", ":party_parrot:"}


def test_the_endpoint_is_documented_and_the_page_itself_is_not_one(page: Page) -> None:
    client = Client(page.url, verbose=False)
    described = client.view_api(return_format="dict")
    assert list(described["named_endpoints"]) == ["/predict"]
    assert "five emojis" in described["named_endpoints"]["/predict"]["description"]
    assert described["unnamed_endpoints"] == {}
