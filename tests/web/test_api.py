"""The endpoint for programs, called as documented."""

from gradio_client import Client

from tests.web.page_process import PageProcess


def test_programs_get_predictions(page: PageProcess) -> None:
    client = Client(page.url, verbose=False)
    response = client.predict("so funny haha", api_name="/predict")
    assert response["model"].startswith("tiny-")
    assert [p["emoji"] for p in response["predictions"]][:2] == ["😂", "🤣"]
    limited = client.predict("so funny", ["🔥", ":party_parrot:", "no emoji"], api_name="/predict")
    assert {p["emoji"] for p in limited["predictions"]} == {"🔥", ":party_parrot:"}


def test_only_the_endpoint_for_programs_is_listed(page: PageProcess) -> None:
    client = Client(page.url, verbose=False)
    api = client.view_api(return_format="dict")
    assert list(api["named_endpoints"]) == ["/predict"]
    assert "five emojis" in api["named_endpoints"]["/predict"]["description"]
    assert api["unnamed_endpoints"] == {}
