"""Chart of a fit's losses."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def draw_curves(history: Sequence[dict[str, float]], target: Path) -> None:
    """Draw training and validation loss over steps as a PNG file.

    Each point of ``history`` has ``step``, ``train`` and ``validation``, in nats.
    """
    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(xlabel="step", ylabel="loss (nats)")
    steps = [point["step"] for point in history]
    for name in ("train", "validation"):
        axes.plot(steps, [point[name] for point in history], label=name, marker=".")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(target, dpi=120)
