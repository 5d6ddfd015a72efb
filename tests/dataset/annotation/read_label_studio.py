"""Read tasks as Label Studio does; run with its SDK on the path, print what it makes of them."""

import json
import sys
from pathlib import Path

from label_studio_sdk.label_interface import LabelInterface


def main(folder: Path) -> None:
    """Print the labels of the configuration, and each task with its errors."""
    interface = LabelInterface((folder / "labels.xml").read_text("utf-8"))
    interface.validate()  # raises for a configuration that a project would refuse
    found = []
    for file in sorted(folder.glob("*.json")):
        for task in json.loads(file.read_text("utf-8")):
            predictions = task.pop("predictions")
            errors = [
                error
                for prediction in predictions
                for error in interface.validate_prediction(prediction, return_errors=True)
            ]
            loaded = interface.load_task(task["data"])
            text = loaded.get_object("message").value
            found.append(
                {
                    "text": text,
                    "data": task["data"],
                    "predictions": predictions,
                    "valid": interface.validate_task(task),
                    "errors": errors,
                }
            )
    labels = list(interface.get_control("reaction").labels)
    sys.stdout.write(json.dumps({"labels": labels, "tasks": found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
