"""``emoji-reactor`` and ``python -m bot``."""

import gc
import io
import sys


def main() -> None:
    """Run the command line; an error ends the program with one line on standard error."""
    gc.disable()  # imports make objects that stay; ``lazy_group.load`` turns it on again
    from bot.cli import app

    # Whatever the locale: invalid UTF-8 is read, and surrogates are written, as "?".
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        # Not standalone: Typer would draw a box around a wrong argument.
        sys.exit(app(prog_name="emoji-reactor", standalone_mode=False))
    except Exception as error:
        from bot.cli.errors import report_error

        sys.exit(report_error(error))


if __name__ == "__main__":
    main()
