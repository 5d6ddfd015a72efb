"""Processes of one fit, as ``accelerate launch`` starts them; a single one otherwise."""

from accelerate import Accelerator


def is_main_process() -> bool:
    """Return True in the process that writes files and messages."""
    return bool(Accelerator().is_main_process)


def wait_for_all() -> None:
    """Block until every process calls this."""
    Accelerator().wait_for_everyone()
