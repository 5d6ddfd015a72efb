"""``emoji-reactor`` and ``python -m bot``."""

import io
import sys


def main() -> None:
    """Run the command line; every error ends with one line on standard error."""
    from bot.cli import app

    # Whatever the locale: bytes that are no UTF-8 come in, and surrogates go out, as "?" marks.
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        # Not standalone: Typer would draw a box around a wrong argument.
        sys.exit(app(prog_name="emoji-reactor", standalone_mode=False))
    except Exception as error:
        from bot.cli.failure import report

        sys.exit(report(error))


if __name__ == "__main__":
    main()
