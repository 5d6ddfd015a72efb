"""Section of the model card about fine-tuning on feedback."""

from model.manifest import Comparison, FeedbackRecord


def feedback_section(feedback: FeedbackRecord | None) -> str:
    """Return a section of the card: the parent, and what the gate compared; empty without one."""
    if feedback is None:
        return ""
    parts = [
        "## Learnt from feedback",
        f"Fitted from {feedback.parent} on what people said of its answers to"
        f" {feedback.texts:,} messages whose authors agreed, {_how(feedback)}. Compared on texts"
        " that the fit did not see, with 95 % bootstrap intervals of the difference:",
    ]
    lines = [
        _line(comparison, comparison.interval)
        for comparison in feedback.comparisons
        if comparison.interval
    ]
    if lines:
        head = "| split | figure | texts | before, % | after, % | difference |"
        parts.append("\n".join((head, "|---|---|---|---|---|---|", *lines)))
    return "\n\n".join(parts) + "\n"


def _how(feedback: FeedbackRecord) -> str:
    if feedback.reactions:
        return (
            "as a reaction head: what people keep as a reaction. Without it the artifact predicts"
            " what authors write, as before; other figures on this card are about that"
        )
    return f"and held to its answers on {feedback.replayed_texts:,} other texts"


def _line(comparison: Comparison, interval: tuple[float, float]) -> str:
    low, high = (end * 100 for end in interval)
    before, after = comparison.before * 100, comparison.after * 100
    return (
        f"| {comparison.split} | {comparison.figure} | {comparison.texts:,} | {before:.1f}"
        f" | {after:.1f} | {after - before:+.1f} [{low:+.1f}, {high:+.1f}] |"
    )
