"""Recipes: a wrong one is refused with one line that names the key."""

from pathlib import Path

import pytest

from model.emoji import canonical, is_emoji
from model.emotions import BASIC_EMOTIONS, PLUTCHIK_EMOTIONS, emotion_ratings
from model.training.recipe import Recipe, RecipeError

DEFAULT = Path(__file__).parents[3] / "recipes" / "default.toml"


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


def test_the_default_recipe_maps_emotions_to_canonical_emojis() -> None:
    for tag, emojis in Recipe.read(DEFAULT).emotions.items():
        assert len(set(emojis)) == len(emojis), tag
        assert all(is_emoji(e) and canonical(e) == e for e in emojis), tag


def test_the_default_recipe_agrees_with_emotag() -> None:
    """Where raters saw an emoji, the table gives it to no basic emotion that they did not see."""
    for tag, emojis in Recipe.read(DEFAULT).emotions.items():
        basic = BASIC_EMOTIONS.get(tag, (tag,))
        assert set(basic) <= set(PLUTCHIK_EMOTIONS), tag
        rated = [e for e in emojis if e in emotion_ratings()]
        felt = [max(emotion_ratings()[e][b] for b in basic) for e in rated]
        assert sum(felt) / max(1, len(felt)) >= 0.25, (tag, dict(zip(rated, felt, strict=True)))
