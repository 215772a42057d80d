"""Where a server listens, and under which address people reach it."""

import errno
import socket
import time

from trueup.runs.folder import WorkspaceError
from trueup.runs.loopback import is_loopback
from trueup.runs.settings import Settings

_PATIENCE = 3.0
"""Seconds in which a server that was just stopped lets go of its port."""
_PAUSE = 0.1
_BACKLOG = 1024
_HOSTS = """\
Others would reach the server on {host}, and it must know under which name. Say so in trueup.toml:

[server]
hosts = ["trueup.example.com"]
https = true    # a proxy before it speaks https with the world; leave this out where there is none\
"""


def check_host(host: str, settings: Settings) -> None:
    """Raise WorkspaceError where the server would be open to others, and nobody said under which name."""
    if not (is_loopback(host) or settings.hosts):
        raise WorkspaceError(_HOSTS.format(host=host))


def base_address(host: str, port: int, settings: Settings) -> str:
    """The address of the first page, without a slash at its end."""
    names = [name for name in settings.hosts if not name.startswith(("*", "."))]
    if settings.is_https and names:
        return f"https://{names[0]}"
    if not is_loopback(host) and names:
        return f"http://{names[0]}:{port}"
    shown = host if is_loopback(host) else "localhost"
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; WorkspaceError with the cure where it cannot."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise WorkspaceError(f"{host} is no address of this machine. Name one with --host, or leave it out.") from error
    deadline = time.monotonic() + _PATIENCE
    while True:
        opened = socket.socket(family, kind, protocol)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind(place)
            opened.listen(_BACKLOG)
        except OSError as error:
            opened.close()
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise WorkspaceError(_refusal(host, port, error)) from error
            time.sleep(_PAUSE)
        else:
            return opened


def _refusal(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {port} of {host} is taken, perhaps by another Trueup."
                f" Stop that one, or choose another port: trueup serve --port {port + 1}"
            )
        case errno.EACCES:
            return f"Port {port} may not be used by everyone. Choose one from 1024: trueup serve --port 8000"
        case errno.EADDRNOTAVAIL:
            return f"{host} is no address of this machine. Name one with --host, or leave it out."
        case _:
            return f"{host}, port {port}: {error.strerror}. Choose another with --host and --port."
