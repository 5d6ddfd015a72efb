"""The proxy for outgoing connections: one setting, and the conventions of the environment."""

import ipaddress
import os
import re
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from bot.config.errors import ConfigError

_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY")
_HOST = re.compile(r"[\w.*-]+(:\d+)?(/\d+)?|[0-9a-fA-F:]+")
"""A host, an IPv4 network or an IPv6 address: httpx fails on networks of IPv6."""


_ANY_URL = "https://example.org"


class UnusableProxy(ConfigError):
    """The environment names only proxies of another kind; a direct connection is not meant."""

    def __init__(self) -> None:
        """Name the variables, not their values, which may hold a password."""
        super().__init__(
            "HTTPS_PROXY or ALL_PROXY is no http:// address, and SOCKS is not supported: set"
            " network.proxy, or HTTPS_PROXY, to an HTTP proxy, or NO_PROXY='*' to connect directly"
        )


def proxy_for(url: str, configured: str | None) -> str | None:
    """Return the HTTP proxy for an address; None for a direct connection.

    ``configured`` comes before ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``ALL_PROXY``, in upper or lower
    case; hosts in ``NO_PROXY`` are reached directly, and so is this machine unless ``configured``
    says otherwise.

    Raises:
        UnusableProxy: there are only proxies of another kind.
    """
    address = urlsplit(url)
    scheme = {"ws": "http", "wss": "https"}.get(address.scheme, address.scheme)
    host = address.hostname or ""
    if proxy_bypass(host):
        return None
    proxies = {} if _is_loopback(host) else getproxies_environment()
    candidates = [configured, proxies.get(scheme), proxies.get("all")]
    given = [candidate for candidate in candidates if candidate]
    usable = [found for candidate in given if (found := _http_proxy(candidate)) is not None]
    if given and not usable:
        raise UnusableProxy
    return usable[0] if usable else None


def prepare_environment(configured: str | None) -> None:
    """Set the proxy in the environment for libraries that read nothing else, such as the Hub's.

    What httpx refuses there is taken out: it would fail before the first request.

    Raises:
        UnusableProxy: there are only proxies of another kind.
    """
    proxy_for(_ANY_URL, configured)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        for variable in (name, name.upper()):
            given = os.environ.get(variable)
            if given and _http_proxy(given) is None:
                del os.environ[variable]
    for variable in ("no_proxy", "NO_PROXY"):
        if given := os.environ.get(variable):
            hosts = [host.strip() for host in given.split(",")]
            os.environ[variable] = ",".join(host for host in hosts if _HOST.fullmatch(host))
    if configured:
        os.environ.update(dict.fromkeys(_VARIABLES, configured))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _http_proxy(given: str) -> str | None:
    """Return the address with its scheme; None for a proxy of another kind."""
    url = given if "://" in given else f"http://{given}"
    try:
        address = urlsplit(url)
        usable = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:  # the port, or an IPv6 address
        return None
    return url if usable else None
