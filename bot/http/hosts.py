"""Host names under which a server on this machine may be addressed."""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_allowed_host(header: str, names: Collection[str] = ()) -> bool:
    """Return True for addresses, localhost, and the lower-case ``names``.

    A foreign site can point its own name at this machine, but not an address.
    """
    try:
        name = urlsplit(f"//{header}").hostname or ""
        return name == "localhost" or name in names or bool(ip_address(name))
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Return True if a server that listens at ``host`` is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
