"""``emoji-reactor push model`` to a Hub on loopback."""

from pathlib import Path

import numpy as np

from model.artifact import LAYOUT, load, write_manifest
from model.artifact_source import REPOSITORY_FOLDER, locate
from model.reaction_head import ReactionHead, save_reaction_head
from tests.cli.push.conftest import NAME, TOKEN, Push
from tests.cli.push.stored import hub_files
from tests.hub_server import HubServer


async def test_a_pushed_model_can_be_served(
    push: Push, hub: HubServer, artifact_with_card: Path
) -> None:
    result = await push("push", "model", "--repo", NAME, "--model", str(artifact_with_card))
    assert result.status == 0, result.err
    names = {*LAYOUT.hashed_files, LAYOUT.manifest, LAYOUT.card}
    expected = {name: (artifact_with_card / name).read_bytes() for name in names}
    # What a reader of the card copies works as it is.
    expected[LAYOUT.card] = expected[LAYOUT.card].replace(b'"ORG/NAME"', f'"{NAME}"'.encode())
    assert hub_files(hub, NAME) == expected
    assert f'Predictor.load("{NAME}")'.encode() in expected[LAYOUT.card]
    assert hub.repositories[NAME].token == TOKEN  # private
    answer = await push("predict", "--json", "--model", NAME, "so funny")
    assert answer.status == 0, answer.err
    assert "😂" in answer.out


async def test_a_reaction_head_is_pushed_and_served(
    push: Push, hub: HubServer, artifact_with_card: Path
) -> None:
    source = load(artifact_with_card)
    size = source.table.embeddings.shape[1]
    head = ReactionHead(("🍕",), np.zeros((1, size), np.float32), np.array([30.0], np.float32))
    save_reaction_head(head, artifact_with_card / LAYOUT.reaction)
    write_manifest(artifact_with_card, "tiny", source.table.emojis, source.manifest)
    result = await push("push", "model", "--repo", NAME, "--model", str(artifact_with_card))
    assert result.status == 0, result.err
    assert LAYOUT.reaction in hub_files(hub, NAME)
    answer = await push("predict", "--model", NAME, "so funny")
    assert answer.out.startswith("🍕"), answer.err


async def test_a_model_with_layouts_can_be_served_too(
    push: Push, hub: HubServer, artifact_with_card: Path
) -> None:
    command = ("push", "model", "--repo", NAME, "--model", str(artifact_with_card))
    result = await push(*command, "--format", "onnx")
    assert result.status == 0, result.err
    files = hub_files(hub, NAME)
    assert {"model.onnx", "config.json", "tokenizer.json"} <= set(files)
    assert b"ORTModelForSequenceClassification" in files["README.md"]
    assert f'AutoTokenizer.from_pretrained("{NAME}")'.encode() in files["README.md"]
    assert b"ORG/NAME" not in files["README.md"]
    assert f"{REPOSITORY_FOLDER}/{LAYOUT.manifest}" in files
    answer = await push("predict", "--json", "--model", NAME, "so funny")
    assert answer.status == 0, answer.err
    assert "😂" in answer.out


async def test_visibility_changes_after_the_commit(
    push: Push, hub: HubServer, artifact_with_card: Path
) -> None:
    result = await push(
        "push", "model", "--repo", NAME, "--model", str(artifact_with_card), "--public"
    )
    assert result.status == 0, result.err
    assert hub.repositories[NAME].token is None
    assert hub.uploads.steps.index(f"settings {NAME}") > hub.uploads.steps.index(f"commit {NAME}")
    assert hub.uploads.steps[-1] == f"settings {NAME}"


async def test_a_model_is_pushed_to_a_branch(
    push: Push, hub: HubServer, artifact_with_card: Path
) -> None:
    for _ in range(2):
        result = await push(
            *(
                "push",
                "model",
                "--repo",
                NAME,
                "--model",
                str(artifact_with_card),
                "--revision",
                "v2",
            )
        )
        assert result.status == 0, result.err
    assert hub_files(hub, NAME) == {}
    assert LAYOUT.encoder in hub_files(hub, NAME, "v2")


async def test_a_model_without_a_card_is_refused(push: Push, hub: HubServer) -> None:
    result = await push("push", "model", "--repo", NAME)
    assert result.status == 1
    assert "README.md is missing: write the card with emoji-reactor model card" in result.error
    assert hub.requests == []


async def test_figures_are_pushed_as_results_on_public_sets(push: Push, hub: HubServer) -> None:
    shipped = str(locate(None))
    result = await push("push", "model", "--repo", NAME, "--model", shipped)
    assert result.status == 0, result.err
    results = [name for name in hub_files(hub, NAME) if name.startswith(".eval_results/")]
    assert ".eval_results/go_emotions.yaml" in results
