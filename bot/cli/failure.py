"""How an error ends the program."""

import sys

import typer

from bot.log import Redaction, debugging, describe, ours


def report(error: Exception) -> int:
    """Say what is wrong on one line; the exit status.

    At log level debug the places that the error passed follow, never its values.
    """
    if isinstance(error, typer.TyperException):
        told, status = _wrong_command_line(error), error.exit_code
    else:
        told = describe(error, frames=True) if debugging() else _one_line(error)
        status = int(getattr(error, "exit_status", 1))
    if told and sys.stderr is not None:
        sys.stderr.write(f"emoji-reactor: {Redaction()(told)}\n")
    return status


def _wrong_command_line(error: typer.TyperException) -> str:
    """The mistake and where to read more; empty where Typer has shown the help instead."""
    told = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{told}; see {context.command_path} --help" if told and context else told


def _one_line(error: Exception) -> str:
    told = " ".join(describe(error).split())
    if ours(error):
        return told
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({told})"  # such as a full disk
    return f"{told}; this is a mistake in the program, and --debug tells more"
