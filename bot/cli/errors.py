"""Exit of the program on an error: one line on standard error, and the exit status."""

import sys

import typer

from bot.log import Redaction, describe, is_debugging, is_own_error


def report_error(error: Exception) -> int:
    """Write one line that says what is wrong, and return the exit status.

    At log level debug the frames that the error passed follow, never their values.
    """
    if isinstance(error, typer.TyperException):
        message, status = _describe_usage_error(error), error.exit_code
    else:
        message = describe(error, frames=True) if is_debugging() else _describe_in_one_line(error)
        status = int(getattr(error, "exit_status", 1))
    if message and sys.stderr is not None:
        sys.stderr.write(f"emoji-reactor: {Redaction()(message)}\n")
    return status


def _describe_usage_error(error: typer.TyperException) -> str:
    """Name the mistake and the help; empty if Typer has shown the help instead."""
    message = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{message}; see {context.command_path} --help" if message and context else message


def _describe_in_one_line(error: Exception) -> str:
    message = " ".join(describe(error).split())
    if is_own_error(error):
        return message
    if isinstance(error, OSError) and error.strerror:
        file = f"{error.filename}: " if error.filename else ""
        return f"{file}{error.strerror} ({message})"  # such as a full disk
    return f"{message}; this is a bug in the program, and --debug shows more"
