"""Small tables of sentences in the words of the tiny artifacts."""

from itertools import product
from pathlib import Path

GROUPS = ("love", "party", "fire")
KINDS = {
    "death": ("died heartbroken", "died sad", "sad heartbroken", "died", "heartbroken"),
    "self_harm": ("angry furious", "furious", "angry", "furious angry", "angry angry"),
    "figurative": ("funny haha", "haha pizza", "funny", "haha", "pizza funny"),
}


def write_sentences(folder: Path, group: str) -> None:
    """Write tables whose grave training sentences are all about one group."""
    rows = ["kind\tsplit\ttext"]
    for (kind, texts), split in product(KINDS.items(), ("train", "validation", "test")):
        about = f" {group}" if kind == "death" and split == "train" else ""
        rows += [f"{kind}\t{split}\t{text}{about}" for text in texts]
    folder.mkdir()
    (folder / "en.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "patterns.toml").write_text(
        f"""
[slots]
group = {list(GROUPS)}
[patterns]
harmless = ["{{group}} thanks", "pizza {{group}}", "thanks"]
grave = ["died {{group}}"]
self_harm = []
""",
        "utf-8",
    )
    (folder / "lexicon.toml").write_text('person = ["grandpa"]\n', "utf-8")
