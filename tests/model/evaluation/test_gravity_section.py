"""The part of the model card on grave texts."""

from model.evaluation.gravity_section import gravity_section, pool
from model.figures import GravityFigures


def figures(language: str, mocked: int) -> GravityFigures:
    return GravityFigures(
        language=language,
        grave_texts=50,
        mocked=mocked,
        mocked_interval=(0.0, 0.2),
        mocked_unguarded=9,
        offered=6,
        offered_interval=(0.0, 0.3),
        offered_unguarded=20,
        laughing_texts=10,
        kept=8,
        kept_interval=(0.5, 0.9),
        harmless_texts=40,
        comforted=2,
        self_harm_texts=7,
        unasked=1,
    )


def test_a_last_row_has_all_languages_together() -> None:
    pooled = pool([figures("en", 0), figures("ru", 2)])
    assert (pooled.grave_texts, pooled.mocked, pooled.kept, pooled.comforted) == (100, 2, 16, 4)
    assert (pooled.self_harm_texts, pooled.unasked) == (14, 2)
    low, high = pooled.mocked_interval
    assert low < 0.02 < high < 0.2
    lines = gravity_section([figures("en", 0), figures("ru", 2)]).splitlines()
    assert [line.split(" | ")[0] for line in lines[-3:]] == ["| en", "| ru", "| all"]


def test_one_language_needs_no_sum() -> None:
    assert "| all" not in gravity_section([figures("en", 0)])
