"""Errors of settings and secrets."""


class ConfigError(Exception):
    """A wrong setting or secret; the message is one line that names the key, never its value."""

    exit_status = 2
