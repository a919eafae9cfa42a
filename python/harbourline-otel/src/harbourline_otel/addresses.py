"""Which addresses are the agent's: those of loopback, written as numbers."""

from __future__ import annotations


def loopback(url: str) -> tuple[str, int] | None:
    """Host and port of an http URL (or of gRPC's ``host:port``) on loopback; None for any other."""
    # Digits of other scripts, zones of an interface, line ends that `urlsplit` leaves out.
    if not (url.isascii() and url.isprintable()) or "%" in url:
        return None
    if plain := _plain(url):
        return plain
    # Costs an import of some milliseconds, in every process of a node.
    import ipaddress
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname or "", 80 if parts.port is None else parts.port
        host = "127.0.0.1" if host == "localhost" else host
        known = parts.scheme == "http" and "@" not in parts.netloc and port > 0
        if known and ipaddress.ip_address(host).is_loopback:
            return host, port
    except ValueError:
        pass
    return None


def _plain(url: str) -> tuple[str, int] | None:
    """The usual form: ``http://127.0.0.1:4318``."""
    scheme, _, rest = url.rstrip("/").partition("://")
    host, _, port = rest.partition(":")
    parts = host.split(".")
    whole = len(parts) == 4 and parts[0] == "127" and all(p.isdecimal() for p in (*parts, port))
    if scheme == "http" and whole and 0 < int(port) < 65536 and all(int(p) < 256 for p in parts):
        return host, int(port)
    return None


def path(url: str) -> str:
    """What stands behind host and port, query and all; empty for none."""
    return (url.partition("://")[2] or url).partition("/")[2].strip("/")


def shown(url: str) -> str:
    """A URL without what may be secret in it."""
    return url.split("?")[0].split("#")[0].rpartition("@")[2]
