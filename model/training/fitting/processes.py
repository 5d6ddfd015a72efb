"""Several processes at one fit, as ``accelerate launch`` starts them; one where nobody did."""

from accelerate import Accelerator


def is_main_process() -> bool:
    """Whether this is the process that writes, and speaks to people."""
    return bool(Accelerator().is_main_process)


def wait_for_all() -> None:
    """Go on once all have come so far."""
    Accelerator().wait_for_everyone()
