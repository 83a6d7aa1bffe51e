"""Where a speaker's control API answers, and whether it is safe to talk to what answers there."""

from __future__ import annotations

import ipaddress
import os
import pwd
import ssl
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from lbtui.core.objects.meta import Hidden
from lbtui.ports import SpeakerError

if TYPE_CHECKING:
    import aiohttp


class SpeakerAbsent(SpeakerError):
    """Nothing answers there: no speaker runs."""


class ControlAddress(Protocol):
    """A place to connect to; `str` names it for people."""

    @property
    def base(self) -> str:
        """What goes before every path."""

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""

    def check(self) -> None:
        """Look before every call. Raises SpeakerAbsent, or SpeakerError if it is not safe."""

    def connector(self, module: Any) -> aiohttp.BaseConnector:
        """Connections for a client session; `module` is aiohttp. Raises SpeakerError."""


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """A Unix socket."""

    path: Path

    def __str__(self) -> str:
        """The path."""
        return str(self.path)

    @property
    def base(self) -> str:
        """See `ControlAddress`; the host's name means nothing here."""
        return "http://speaker"

    @property
    def headers(self) -> dict[str, str]:
        """See `ControlAddress`."""
        return {}

    def check(self) -> None:
        """Refuse to talk to a process of another user: it would be given the peers' passwords."""
        try:
            found = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            raise SpeakerAbsent(f"no speaker is running (there is no {self})") from None
        except OSError as error:
            raise SpeakerError(f"{self}: {error.strerror}") from None
        if found.st_uid != os.geteuid():
            raise SpeakerError(
                f"{self} belongs to {_user_name(found.st_uid)}, not to you; "
                "be that user, or name another socket"
            )
        if not stat.S_ISSOCK(found.st_mode):
            raise SpeakerError(f"{self} is not a socket; remove it or name another one")

    def connector(self, module: Any) -> aiohttp.BaseConnector:
        """See `ControlAddress`."""
        connector: aiohttp.BaseConnector = module.UnixConnector(str(self.path))
        return connector


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A speaker that was started with `--listen`."""

    url: str
    token: Hidden
    authorities: Path | None = None
    """Certificates to trust, PEM; None: the system's."""

    def __str__(self) -> str:
        """The URL."""
        return self.url

    @property
    def base(self) -> str:
        """See `ControlAddress`."""
        return self.url

    @property
    def headers(self) -> dict[str, str]:
        """See `ControlAddress`."""
        return {"Authorization": f"Bearer {self.token.reveal()}"}

    def check(self) -> None:
        """Nothing can be told before the connection; the certificate is checked then."""

    def connector(self, module: Any) -> aiohttp.BaseConnector:
        """See `ControlAddress`."""
        if self.url.startswith("http:"):
            plain: aiohttp.BaseConnector = module.TCPConnector()
            return plain
        try:
            context = ssl.create_default_context(cafile=self.authorities)
        except ssl.SSLError:
            raise SpeakerError(f"{self.authorities} holds no certificate in PEM") from None
        except OSError as error:
            raise SpeakerError(f"{self.authorities}: {error.strerror}") from None
        connector: aiohttp.BaseConnector = module.TCPConnector(ssl=context)
        return connector


def tcp_address(url: str, token_file: Path, authorities: Path | None) -> TcpAddress:
    """Check a URL such as https://host:7480 and read the token.

    Raises SpeakerError, also for plain HTTP off loopback, which would give the token away.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme not in ("http", "https") or not parts.hostname or port is None:
        raise SpeakerError(f"{url!r} is not of the form https://HOST:PORT")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise SpeakerError(f"{url!r}: nothing may follow, or stand before, HOST:PORT")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise SpeakerError(f"{url}: off loopback the token crosses the network; use https://")
    try:
        token = token_file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SpeakerError(f"{token_file}: {error.strerror}") from None
    except UnicodeDecodeError:
        token = ""
    if not token or not token.isprintable() or " " in token:
        raise SpeakerError(f"{token_file} holds no token")
    return TcpAddress(f"{parts.scheme}://{parts.netloc}", Hidden(token), authorities)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name may be looked up to anything


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
