"""A model that another process serves, over a socket, beside the same model here."""

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from bot.config.credentials import Credentials
from bot.config.sections import ModelSettings
from bot.config.settings import Settings
from bot.core.concurrency.batching import BatchingPredictor
from bot.core.errors import Overloaded
from bot.diagnostics import examine
from bot.remote.messages import ModelAnswer
from bot.remote.model import RemoteModel, RemoteWatch
from bot.remote.opening import open_remote_model
from bot.remote.server import ModelServer, ModelServerFailed
from bot.serving import promote
from model import Predictor
from model.embedding_offset import EmojiChoice
from tests.api.server import TOKENS, RunningApi, api_settings, running_api
from tests.tiny import write_tiny_artifact

TEXTS = ["so funny", "sad pizza", "the", "", "\ud800 fire", "thanks love"]


@pytest.fixture(scope="module")
def settings(tiny_artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("remote")
    return api_settings(folder, str(tiny_artifact), timeout_seconds=60)


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[RunningApi]:
    with running_api(settings) as running:
        yield running


@contextmanager
def opened(api: RunningApi, token: str = TOKENS["predict"]) -> Iterator[RemoteModel]:
    given = Settings(model=ModelSettings(source=api.url, timeout_seconds=30))
    model = open_remote_model(given, Credentials(model_token=SecretStr(token)))
    with closing(model.server):
        yield model


@pytest.fixture
def remote(api: RunningApi) -> Iterator[RemoteModel]:
    with opened(api) as model:
        yield model


def test_it_predicts_what_the_artifact_does(remote: RemoteModel, tiny_artifact: Path) -> None:
    there, here = remote, Predictor.load(str(tiny_artifact))
    assert (there.version, there.threshold) == (here.version, here.threshold)
    assert there.predict(TEXTS) == here.predict(TEXTS)
    candidates = {"😂", "🔥", ":blob_pizza:"}
    biases = [{"🔥": 1.5}, {}, {"😂": -2.0}, {}, {}, {"🔥": 3.0}]
    choices = [EmojiChoice("pizza party", ":blob_pizza:", 1.0), EmojiChoice("so funny", "😂", 0.5)]
    offsets = here.embedding_offsets(choices)
    learnt = there.embedding_offsets(choices)
    assert learnt.keys() == offsets.keys() == {":blob_pizza:"}
    np.testing.assert_allclose(learnt[":blob_pizza:"], offsets[":blob_pizza:"], rtol=1e-6)
    arguments = (TEXTS, 3, candidates, biases, [offsets] * len(TEXTS))
    expected, found = here.predict(*arguments), there.predict(*arguments)
    for one, other in zip(expected, found, strict=True):
        assert [p.emoji for p in one] == [p.emoji for p in other]
        assert [p.score for p in one] == pytest.approx([p.score for p in other], rel=1e-4)
        assert [p.model_score for p in one] == pytest.approx(
            [p.model_score for p in other], rel=1e-4
        )
        assert [p.gravity for p in one] == [p.gravity for p in other]


def test_offsets_of_another_artifact_are_refused(remote: RemoteModel) -> None:
    wrong = {":blob_pizza:": np.ones(3, dtype=np.float32)}
    with pytest.raises(ModelServerFailed, match="status 422"):
        remote.predict(["pizza"], 5, {":blob_pizza:"}, None, [wrong])


@pytest.mark.parametrize(
    ("token", "cause"), [("no-such-token-0123", "status 401"), (TOKENS["metrics"], "status 403")]
)
def test_a_wrong_token_is_an_error_that_names_the_variable(
    api: RunningApi, token: str, cause: str
) -> None:
    message = f"{cause}.*EMOJI_REACTOR_MODEL_TOKEN"
    with pytest.raises(ModelServerFailed, match=message) as error, opened(api, token):
        pass
    assert token not in str(error.value)


def test_a_server_that_is_not_there_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with closing(ModelServer(f"http://127.0.0.1:{port}", None, 1.0)) as server:  # noqa: SIM117
        with pytest.raises(ModelServerFailed, match="no answer"):
            server.about()


def test_a_late_server_is_silence(remote: RemoteModel) -> None:
    about = remote.server.about()
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        with closing(ModelServer(url, None, 0.05)) as server, pytest.raises(Overloaded):
            RemoteModel(server, about).predict(["so funny"])


@contextmanager
def answering(send: Callable[[socket.socket], None]) -> Iterator[str]:
    """Yield the URL of a server that answers its first request by ``send``."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):  # the client may be gone
                connection.recv(65_536)
                send(connection)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


def test_an_answer_that_comes_in_drops_is_late() -> None:
    given_up = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b" ")
            if given_up.wait(0.02):
                return

    with answering(drip) as url, closing(ModelServer(url, None, 0.1)) as server:
        with pytest.raises(Overloaded, match="late"):
            server.about()
        given_up.set()


def test_an_answer_for_fewer_texts_is_an_error() -> None:
    content = b'{"artifact": "1", "threshold": 0.2, "texts": []}'

    def answer(connection: socket.socket) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n"
        connection.sendall(head.encode() + content)

    about = ModelAnswer(artifact="1", threshold=0.2)
    with answering(answer) as url, closing(ModelServer(url, None, 30.0)) as server:
        remote = RemoteModel(server, about)
        with pytest.raises(ModelServerFailed, match="another program"):
            remote.predict(["so funny"])


async def test_what_waits_is_one_request_and_a_promotion_is_noticed(
    remote: RemoteModel, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = remote
    predictor, entered, gate = BatchingPredictor(model), threading.Event(), threading.Event()
    sizes: list[int] = []
    scores = model.server.scores

    def counted(request):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        sizes.append(len(request.texts))
        entered.set()
        assert gate.wait(10)
        return scores(request)

    monkeypatch.setattr(model.server, "scores", counted)
    first = asyncio.create_task(predictor.predict("funny"))
    await asyncio.to_thread(entered.wait, 10)
    rest = [asyncio.create_task(predictor.predict(text)) for text in ("sad", "fire", "pizza")]
    await asyncio.wait(rest, timeout=0)
    gate.set()
    answers = await asyncio.gather(first, *rest)
    assert [answer[0].emoji for answer in answers] == ["😂", "😢", "🔥", "🍕"]
    assert sizes == [1, 3]

    write_tiny_artifact(tmp_path / "other", "other", seed=1)
    promoted = await asyncio.to_thread(promote, settings.model, tmp_path / "other")
    async with asyncio.timeout(30):
        while (await asyncio.to_thread(model.server.about)).artifact != promoted.version:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    with pytest.raises(Overloaded, match="changed over"):
        await predictor.predict("funny")
    await RemoteWatch(predictor).check_artifact()
    assert predictor.version == promoted.version
    assert (await predictor.predict("funny"))[0].emoji == "😂"
    await predictor.aclose()
    shutil.rmtree(settings.model.folder)


async def test_doctor_lets_the_server_predict(api: RunningApi, tmp_path: Path) -> None:
    for token, status in ((TOKENS["predict"], "ok"), ("no-such-token-0123", "failed")):
        given = api_settings(tmp_path, api.url)
        credentials = Credentials(model_token=SecretStr(token))
        found = [d async for d in examine(tmp_path / "config.toml", given, credentials)]
        [model] = [d for d in found if d.check == "model"]
        assert model.status.value == status


def test_a_bot_runs_on_a_remote_model(api: RunningApi, tmp_path: Path) -> None:
    given = api_settings(tmp_path, api.url, timeout_seconds=60)
    with running_api(given, "", model_token=TOKENS["predict"]) as bot, bot.client(None) as http:
        response = http.post("/v1/predict", json={"texts": ["so funny"]})
        assert response.status_code == 200, response.text
        assert response.json()["results"][0]["emojis"] == ["😂"]
        assert http.get("/readyz").json()["checks"]["model"] == "ok"
