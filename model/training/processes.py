"""Several processes at one fit, as ``accelerate launch`` starts them; one where nobody did."""

from accelerate import PartialState


def leads() -> bool:
    """Whether this is the process that writes, and speaks to people."""
    return bool(PartialState().is_main_process)


def wait() -> None:
    """Go on once all have come so far."""
    PartialState().wait_for_everyone()
