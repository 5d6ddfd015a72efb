"""Sources: tables to examples."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.text import dedup_key_of_cleaned
from model.training.data.sources import load_examples, read_held_out_keys, read_unlabelled_texts
from model.training.data.splits import read_split
from model.training.evaluation.baselines import read_published
from model.training.recipe import Recipe, RecipeError, SourceRecipe


def test_each_kind_gives_cleaned_texts_and_canonical_emojis(recipe_file: Path) -> None:
    recipe = Recipe.read(recipe_file)
    examples = load_examples(recipe, recipe.sources)
    by_source = {name: [x for x in examples if x.source == name] for name in recipe_names(recipe)}
    assert all("\ufe0f" not in x.text and "😂" not in x.text for x in examples)
    assert {x.emojis for x in by_source["inline"]} == {("😂",), ("😢",), ("🍕",)}
    assert {x.emojis for x in by_source["emotion"]} == {("😡", "😠"), ("😢", "😭")}
    assert all(x.are_alternatives for x in by_source["emotion"])
    assert not any(x.are_alternatives for x in by_source["label"])


def test_numbered_labels_have_the_emojis_of_the_recipe(tmp_path: Path) -> None:
    rows = [{"text": "so funny", "label": 1}, {"text": "so sad", "label": 0}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "numbered.parquet")
    (tmp_path / "published.txt").write_text("0\n1\n", encoding="utf-8")
    source = SourceRecipe(
        name="numbered",
        kind="label",
        path="numbered.parquet",
        label="label",
        labels=("😢", "😂"),
        published="published.txt",
    )
    recipe = Recipe(name="own", sources=(), validation=(), folder=tmp_path)
    split = read_split(recipe, source)
    truths = dict(zip(split.texts, split.truth, strict=True))
    assert truths == {"so funny": ("😂",), "so sad": ("😢",)}
    published = read_published(source, tmp_path).predict(["so funny", "so sad"])
    assert [top[0].emoji for top in published] == ["😢", "😂"]
    with pytest.raises(RecipeError, match="numbered: labels: none for the number 1"):
        read_split(recipe, source.model_copy(update={"labels": ("😢",)}))


def recipe_names(recipe: Recipe) -> list[str]:
    return [source.name for source in recipe.sources]


def test_a_text_is_taken_once_and_never_from_a_held_out_split(recipe_file: Path) -> None:
    recipe = Recipe.read(recipe_file)
    label = recipe.sources[1]
    once = load_examples(recipe, [label])
    twice = load_examples(recipe, [label, label.model_copy(update={"name": "again"})])
    assert len(once) == len(twice)
    held = recipe.held_out[0]
    assert load_examples(recipe, [held])
    assert load_examples(recipe, [held], read_held_out_keys(recipe)) == []


def test_a_limit_by_language_counts_the_texts_of_each_language(recipe_file: Path) -> None:
    recipe = Recipe.read(recipe_file)
    path = recipe.folder / "languages.jsonl"
    rows = [
        f'{{"text": "word{letter} 😂", "lang": "{"en" if i % 3 else "ru"}"}}'
        for i, letter in enumerate("abcdefghijkl")
    ]
    path.write_text("\n".join(rows), "utf-8")
    source = SourceRecipe(name="many", kind="inline", path=str(path), limit_per_language=3)
    examples = load_examples(recipe, [source])
    assert sorted(str(x.language) for x in examples) == ["en"] * 3 + ["ru"] * 3


def test_a_table_with_splits_gives_the_rows_of_one_and_a_lone_tag_is_an_emotion(
    recipe_file: Path,
) -> None:
    recipe = Recipe.read(recipe_file)
    path = recipe.folder / "sentences.tsv"
    lines = [
        "kind\tsplit\ttext",
        'sadness\ttrain\t"goodbye" he said',
        "sadness\ttest\tnever read this",
        "unknown\ttrain\ta tag that the recipe does not know",
    ]
    path.write_text("\n".join(lines), "utf-8")
    source = SourceRecipe(
        name="table", kind="emotion", label="kind", language="en", path=str(path), weight=2.0
    )
    (example,) = load_examples(recipe, [source])
    assert (example.text, example.language, example.weight) == ('"goodbye" he said', "en", 2.0)
    assert example.emojis == recipe.emotions["sadness"]


def test_a_missing_file_is_named(recipe_file: Path) -> None:
    recipe = Recipe.read(recipe_file)
    missing = recipe.sources[0].model_copy(update={"path": "gone.parquet"})
    with pytest.raises(RecipeError, match=r"inline.*gone\.parquet"):
        load_examples(recipe, [missing])


def test_splits_know_their_candidates(recipe_file: Path) -> None:
    recipe = Recipe.read(recipe_file)
    label, emotion = (read_split(recipe, source) for source in recipe.held_out)
    assert label.candidates == frozenset({"😂", "😢", "🍕"})
    assert emotion.has_emotions
    assert emotion.candidates is None
    assert ("sadness",) in emotion.truth


def test_a_split_knows_its_languages_and_takes_a_part_of_each(
    recipe_file: Path, tmp_path: Path
) -> None:
    rows = [
        {"text": f"{word} {i} {emoji}", "lang": language}
        for i in range(30)
        for word, emoji, language in (
            ("hi", "👋😂", "en"),
            ("ok", "😂", "en"),
            ("selam", "👋", "tr"),
        )
    ]
    rows.append({"text": "hm 👋", "lang": "und"})
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "mixed.parquet")
    source = SourceRecipe(
        name="mixed", kind="inline", path=str(tmp_path / "mixed.parquet"), only_emojis=("👋",)
    )
    recipe = Recipe.read(recipe_file)
    split = read_split(recipe, source)
    assert set(split.truth) == {("👋",)}
    assert split.language is None
    found = {name: len(texts) for name, texts in split.texts_by_language(1).items()}
    assert found == {"en": 30, "tr": 30}
    assert set(split.texts_by_language(31)) == set()
    few = read_split(recipe, source.model_copy(update={"limit_per_language": 4}))
    assert [few.languages.count(language) for language in ("en", "tr", "und")] == [4, 4, 1]
    turkish = read_split(recipe, source.model_copy(update={"languages": ("tr",), "limit": 5}))
    assert (turkish.language, len(turkish.texts)) == ("tr", 5)


def test_names_are_texts_and_emojis_of_one_name_are_alternatives(
    recipe_file: Path, tmp_path: Path
) -> None:
    recipe = Recipe.read(recipe_file)
    (tmp_path / "names.json").write_text(
        '{"🍕": ["Pizza", "food"], "🍔": ["burger", "food", "🍔"]}'
    )
    source = SourceRecipe(name="names", kind="names", path=str(tmp_path / "names.json"))
    examples = {x.text: x for x in load_examples(recipe, [source])}
    assert set(examples) == {"Pizza", "food", "burger"}
    assert examples["food"].emojis == ("🍕", "🍔")
    assert examples["food"].are_alternatives
    assert not examples["Pizza"].are_alternatives
    gone = source.model_copy(update={"path": "gone.json"})
    with pytest.raises(RecipeError, match=r"names.*gone\.json"):
        load_examples(recipe, [gone])


def test_unlabelled_texts_are_clean_distinct_and_not_held_out(
    recipe_file: Path, tmp_path: Path
) -> None:
    recipe = Recipe.read(recipe_file)
    texts = read_unlabelled_texts(recipe, (), None)
    assert len(set(texts)) == len(texts) > 300
    assert not any("😂" in text or "\ufe0f" in text for text in texts)
    assert not read_held_out_keys(recipe) & {dedup_key_of_cleaned(text) for text in texts}
    (tmp_path / "own.txt").write_text("one  text\none text 😂\n\nanother\n", encoding="utf-8")
    assert sorted(read_unlabelled_texts(recipe, [tmp_path / "own.txt"], None)) == [
        "another",
        "one text",
    ]
    assert len(read_unlabelled_texts(recipe, [tmp_path / "own.txt"], 1)) == 1


def pairs_source(folder: Path, rows: list[dict[str, str]]) -> SourceRecipe:
    pq.write_table(pa.Table.from_pylist(rows), folder / "pairs.parquet")
    return SourceRecipe(name="pairs", kind="pairs", path=str(folder / "pairs.parquet"))


def test_both_sides_of_a_pair_await_the_answer_to_its_source_side(
    recipe_file: Path, tmp_path: Path
) -> None:
    rows = [
        {"source": "a good joke", "target": "un buen chiste", "lang": "es"},
        {"source": "a good joke", "target": "ein guter Witz", "lang": "de"},
        {"source": "dinner", "target": "!!!", "lang": "de"},
    ]
    recipe = Recipe.read(recipe_file)
    source = pairs_source(tmp_path, rows)
    examples = load_examples(recipe, [source])
    assert sorted(x.text for x in examples) == ["a good joke", "ein guter Witz", "un buen chiste"]
    assert {(x.teacher_text, x.language, x.emojis) for x in examples} == {("a good joke", "en", ())}
    german = source.model_copy(update={"languages": ("de",)})
    assert [x.text for x in load_examples(recipe, [german])] == ["a good joke", "ein guter Witz"]
    assert len(load_examples(recipe, [source.model_copy(update={"limit": 1})])) == 2


def test_a_pair_with_a_held_out_side_is_left_out(recipe_file: Path, tmp_path: Path) -> None:
    rows = [{"source": "a good joke", "target": "un buen chiste", "lang": "es"}]
    recipe, source = Recipe.read(recipe_file), pairs_source(tmp_path, rows)
    for text in ("a good joke", "un buen chiste"):
        assert load_examples(recipe, [source], {dedup_key_of_cleaned(text)}) == []


def test_a_missing_column_is_named(recipe_file: Path, tmp_path: Path) -> None:
    recipe = Recipe.read(recipe_file)
    source = pairs_source(tmp_path, [{"source": "a", "lang": "es"}])
    with pytest.raises(RecipeError, match="pairs: no column target"):
        load_examples(recipe, [source])
    no_languages = pairs_source(tmp_path, [{"source": "a", "target": "b"}])
    with pytest.raises(RecipeError, match="pairs: no column lang"):
        load_examples(recipe, [no_languages.model_copy(update={"languages": ("es",)})])


def test_examples_know_their_language(recipe_file: Path) -> None:
    recipe = Recipe.read(recipe_file)
    assert {x.language for x in load_examples(recipe, recipe.sources[:1])} == {"en"}


def test_a_recipe_can_keep_some_languages(recipe_file: Path) -> None:
    recipe = Recipe.read(recipe_file)
    emotion = recipe.sources[2].model_copy(update={"languages": ()})
    everything = load_examples(recipe, [emotion])
    english = load_examples(recipe.model_copy(update={"languages": ("en",)}), [emotion])
    assert 0 < len(english) < len(everything)
    assert {x.language for x in english} == {"en"}


def test_names_are_read_from_a_table_of_languages(recipe_file: Path, tmp_path: Path) -> None:
    rows = [
        {"emoji": "🍕", "label": "pizza", "tags": ["cheese", "slice"], "lang": "en"},
        {"emoji": "🍕", "label": "пицца", "tags": ["сыр"], "lang": "ru"},
        {"emoji": "🧀", "label": "сыр", "tags": None, "lang": "ru"},
        {"emoji": "x", "label": "letter", "tags": [], "lang": "en"},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "names.parquet")
    source = SourceRecipe(name="names", kind="names", path=str(tmp_path / "names.parquet"))
    recipe = Recipe.read(recipe_file)
    examples = {x.text: x for x in load_examples(recipe, [source])}
    assert set(examples) == {"pizza", "cheese", "slice", "пицца", "сыр"}
    assert examples["сыр"].emojis == ("🍕", "🧀")
    assert examples["сыр"].are_alternatives
    assert examples["сыр"].language == "ru"
    russian = source.model_copy(update={"languages": ("ru",)})
    assert {x.text for x in load_examples(recipe, [russian])} == {"пицца", "сыр"}
    pq.write_table(pa.Table.from_pylist([{"emoji": "🍕"}]), tmp_path / "names.parquet")
    with pytest.raises(RecipeError, match="names: no column label"):
        load_examples(recipe, [source])
