"""How an error ends the program."""

import sys

from bot.log import Redaction, debugging, describe, ours


def report(error: Exception) -> int:
    """Say what is wrong on one line; the exit status.

    At log level debug the places that the error passed follow, never its values.
    """
    if debugging():
        told = describe(error, frames=True)
    else:
        told = " ".join(describe(error).split())
        if not ours(error):
            told += "; this is a mistake in the program, and --debug tells more"
    if sys.stderr is not None:
        sys.stderr.write(f"emoji-reactor: {Redaction()(told)}\n")
    return int(getattr(error, "exit_status", 1))
