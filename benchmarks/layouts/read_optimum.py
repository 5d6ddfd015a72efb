"""Prints the version of optimum and the five labels of each text of a JSON list on standard input.

It runs in a process of its own, in front of whose packages is the folder that ``make optimum``
fills: optimum needs an earlier version of transformers. The argument is the folder of the layout.
"""

import json
import sys
from importlib.metadata import version
from typing import Any


def main() -> None:
    """Read the layout in the folder that the command line names."""
    from onnxruntime import SessionOptions
    from optimum.onnxruntime import ORTModelForSequenceClassification
    from transformers import AutoTokenizer, pipeline

    folder = sys.argv[1]
    exact_sums = SessionOptions()
    exact_sums.add_session_config_entry("session.x64quantprecision", "1")
    model = ORTModelForSequenceClassification.from_pretrained(
        folder, file_name="model.onnx", session_options=exact_sums
    )
    tokenizer = AutoTokenizer.from_pretrained(folder)
    classify: Any = pipeline("text-classification", model=model, tokenizer=tokenizer, top_k=5)
    found = classify(json.load(sys.stdin), truncation=True)
    answers = [[(each["label"], each["score"]) for each in five] for five in found]
    print(json.dumps({"version": version("optimum-onnx"), "answers": answers}))


if __name__ == "__main__":
    main()
