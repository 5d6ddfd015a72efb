"""Recipes: a wrong one is refused with one line that names the key."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from model.emoji import canonical, is_emoji
from model.emotions import BASIC_EMOTIONS, PLUTCHIK_EMOTIONS, emotion_ratings
from model.training.gravity.sentences import GRAVE_KINDS, HARMLESS_KINDS
from model.training.recipe import Recipe, RecipeError

RECIPES = sorted((Path(__file__).parents[3] / "recipes").glob("*.toml"))


@pytest.fixture(params=RECIPES, ids=[path.stem for path in RECIPES])
def shipped(request: pytest.FixtureRequest) -> Recipe:
    """Each recipe of the repository."""
    return Recipe.read(request.param)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('kind = "inline"', 'kind = "smell"'), "kind"),
        (("epochs = 6.0", "epochs = -1"), "fit.epochs"),
        (("batch_size", "batch_sise"), "fit.batch_sise"),
        (('path = "label.parquet"', ""), "sources.1"),
        (('name = "synthetic"', "name = "), "line 2"),
        (
            ("[fit]", "[prior_weights]\nelsewhere = 0.5\n[fit]"),
            "prior_weights: no source elsewhere",
        ),
        (("[fit]", "[prior_weights]\ninline = 2\n[fit]"), "prior_weights.inline"),
    ],
)
def test_a_wrong_key_is_named(
    recipe_file: Path, tmp_path: Path, change: tuple[str, str], named: str
) -> None:
    wrong = tmp_path / "recipe.toml"
    wrong.write_text(recipe_file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(RecipeError, match=named) as raised:
        Recipe.read(wrong)
    assert "\n" not in str(raised.value)


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"none\.toml"):
        Recipe.read(tmp_path / "none.toml")


def test_names_in_recipes_are_distinct(shipped: Recipe) -> None:
    assert {"default", "english", "multilingual", "multilingual_small", "teacher"} == {
        path.stem for path in RECIPES
    }
    for split in (shipped.sources, shipped.validation, shipped.held_out):
        names = [source.name for source in split]
        assert len(set(names)) == len(names)
    trained = {source.name for source in shipped.sources}
    assert {source.name for source in shipped.validation} <= trained
    assert {s.baseline or s.name for s in shipped.held_out if s.kind == "inline"} <= trained


def test_the_data_of_recipes_has_their_columns(shipped: Recipe) -> None:
    if not (shipped.folder / "../../shared/data").is_dir():
        pytest.skip("the data is not part of the repository")
    for source in (*shipped.sources, *shipped.validation, *shipped.held_out):
        path = shipped.folder / str(source.path)
        assert path.is_file(), path
        if path.suffix == ".parquet" and source.kind != "names":
            labels = () if source.kind == "inline" else source.label_columns
            needed = {*source.text_columns, *labels, *(["lang"] if source.languages else [])}
            assert needed <= set(pq.read_schema(path).names), source.name
        if source.published is not None:
            assert (shipped.folder / source.published).is_file()


def test_recipes_map_emotions_to_canonical_emojis(shipped: Recipe) -> None:
    for tag, emojis in shipped.emotions.items():
        assert len(set(emojis)) == len(emojis), tag
        assert all(is_emoji(e) and canonical(e) == e for e in emojis), tag


def test_recipes_agree_with_emotag(shipped: Recipe) -> None:
    """If raters saw an emoji, the table gives it to no basic emotion that they did not see."""
    kinds = {*GRAVE_KINDS, *HARMLESS_KINDS} - {"grief"}  # of gravity sentences, no emotions
    for tag, emojis in shipped.emotions.items():
        if tag in kinds:
            continue
        basic = BASIC_EMOTIONS.get(tag, (tag,))
        assert set(basic) <= set(PLUTCHIK_EMOTIONS), tag
        rated = [e for e in emojis if e in emotion_ratings()]
        felt = [max(emotion_ratings()[e][b] for b in basic) for e in rated]
        assert sum(felt) / max(1, len(felt)) >= 0.25, (tag, dict(zip(rated, felt, strict=True)))


def write(folder: Path, **files: str) -> Path:
    """Write recipe files and return the path of ``main``."""
    (folder / "parts").mkdir()
    for name, content in files.items():
        inside = folder if name == "main" else folder / "parts"
        (inside / f"{name}.toml").write_text(content, encoding="utf-8")
    return folder / "main.toml"


PART = """
uniform_prior_weight = 0.2
[emotions]
joy = ["😊"]
[[sources]]
name = "a"
kind = "inline"
path = "a.parquet"
[[sources]]
name = "b"
kind = "label"
path = "../b.parquet"
"""
SPLIT = """
[[validation]]
name = "a"
kind = "inline"
path = "a.parquet"
"""


def test_a_recipe_changes_what_it_includes(tmp_path: Path) -> None:
    main = """
    name = "main"
    include = ["parts/part.toml", "parts/split.toml"]
    [emotions]
    anger = ["😡"]
    [[sources]]
    name = "a"
    limit = 10
    [[sources]]
    name = "c"
    kind = "inline"
    path = "c.parquet"
    """
    recipe = Recipe.read(write(tmp_path, main=main, part=PART, split=SPLIT))
    found = [(s.name, s.path, s.limit) for s in recipe.sources]
    assert found == [
        ("a", "parts/a.parquet", 10), ("b", "b.parquet", None), ("c", "c.parquet", None),
    ]  # fmt: skip
    assert recipe.uniform_prior_weight == 0.2
    assert recipe.emotions == {"joy": ("😊",), "anger": ("😡",)}


@pytest.mark.parametrize(
    ("main", "part", "named"),
    [
        ('include = "part.toml"', "", "include: write a list of files"),
        ('include = ["parts/gone.toml"]', "", r"gone\.toml"),
        ('include = ["parts/part.toml"]', "name = ", r"part\.toml: Invalid value"),
        ('include = ["parts/part.toml"]', 'include = ["x.toml"]', "includes no other"),
    ],
)
def test_a_wrong_include_is_named(tmp_path: Path, main: str, part: str, named: str) -> None:
    with pytest.raises(RecipeError, match=named) as raised:
        Recipe.read(write(tmp_path, main=main, part=part))
    assert "\n" not in str(raised.value)


def test_checkpoints_are_folders_beside_the_recipe_or_hub_ids(
    recipe_file: Path, tmp_path: Path
) -> None:
    recipe = Recipe.read(recipe_file).model_copy(update={"folder": tmp_path})
    (tmp_path / "runs").mkdir()
    assert recipe.locate_checkpoint("runs") == str(tmp_path / "runs")
    assert recipe.locate_checkpoint("org/name") == "org/name"
    with pytest.raises(RecipeError, match="train it first"):
        recipe.locate_checkpoint("../runs/gone")
