"""Telemetry of the libraries, turned off before any of them is imported."""

import os

VARIABLES = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime: a device id in the home directory, and uploads
    "GRADIO_ANALYTICS_ENABLED": "False",  # usage, and a look-up of the newest version
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub, transformers, datasets, accelerate
    "RAY_USAGE_STATS_ENABLED": "0",  # ray, of a cluster that is started here
    "DO_NOT_TRACK": "1",  # the convention of further libraries, https://donottrack.sh
}
"""Environment variables that the libraries read when they are imported."""


def disable_telemetry() -> None:
    """Set the variables, also against other values in the environment."""
    os.environ.update(VARIABLES)
