"""Several processes at one fit, as ``accelerate launch`` starts them; one where nobody did."""

from accelerate import Accelerator


def leads() -> bool:
    """Whether this is the process that writes, and speaks to people."""
    return bool(Accelerator().is_main_process)


def wait() -> None:
    """Go on once all have come so far."""
    Accelerator().wait_for_everyone()
