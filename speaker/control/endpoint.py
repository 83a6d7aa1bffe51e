"""Where the control API is served over TCP, if anybody asked for that, and with which secrets."""

from __future__ import annotations

import ipaddress
import os
import ssl
import stat
from dataclasses import dataclass, field
from pathlib import Path

from speaker.errors import StartError

MIN_TOKEN = 16
"""Octets. What `head -c 24 /dev/urandom | base64` writes has 32."""
MAX_FILE = 4096


@dataclass(frozen=True, slots=True)
class TcpEndpoint:
    """An address that serves callers with the token."""

    address: str
    port: int
    token: bytes = field(repr=False)
    tls: ssl.SSLContext | None
    """None: plain HTTP, on loopback only."""

    @property
    def url(self) -> str:
        """For people."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


def tcp_endpoint(
    listen: str, token_file: Path | None, certificate: Path | None, key: Path | None
) -> TcpEndpoint:
    """Check what the command line says.

    Args:
        listen: `ADDRESS:PORT`, an IPv6 address in brackets.
        token_file: holds the bearer token; only the user may read it.
        certificate: of the server with its chain, PEM.
        key: of the certificate, PEM; None: in the same file.

    Raises:
        StartError: it is wrong, a file cannot be read or is open to others, or the API would be
            served in plain text off loopback.
    """
    address, port = _split(listen)
    if token_file is None:
        raise StartError("--listen needs --token-file: over TCP, callers have to show a token")
    token = _read_token(token_file)
    if certificate is None and key is not None:
        raise StartError("--tls-key needs --tls-cert")
    if certificate is None and not ipaddress.ip_address(address).is_loopback:
        raise StartError(
            f"{address} is not a loopback address: token and passwords would cross the network in "
            "plain text; give --tls-cert and --tls-key"
        )
    tls = None if certificate is None else _tls(certificate, key)
    return TcpEndpoint(address, port, token, tls)


def _split(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        number = int(port) if port.isascii() and port.isdigit() else -1
        if not 1 <= number <= 65535 or (address.version == 6) != host.startswith("["):
            raise ValueError
    except ValueError:
        raise StartError(
            f"--listen {listen}: ADDRESS:PORT is wanted, e.g. 127.0.0.1:7480 or [::1]:7480"
        ) from None
    return str(address), number


def _read_token(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            token = file.read(MAX_FILE).strip()
    except OSError as error:
        raise StartError(f"cannot read the token file {path}: {error.strerror}") from None
    if not stat.S_ISREG(found.st_mode):
        raise StartError(f"the token file {path} is not a regular file")
    _refuse_open("token file", path, found)
    if len(token) < MIN_TOKEN or any(not 0x21 <= octet <= 0x7E for octet in token):
        raise StartError(
            f"the token file {path} must hold one word of {MIN_TOKEN} characters or more, without "
            f"blanks; make one with: (umask 077; head -c 24 /dev/urandom | base64 > {path})"
        )
    return token


def _tls(certificate: Path, key: Path | None) -> ssl.SSLContext:
    secret = key or certificate
    try:
        _refuse_open("key", secret, secret.stat())
    except OSError as error:
        raise StartError(f"cannot read {secret}: {error.strerror}") from None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # A key with a pass phrase would wait for somebody to type it.
        context.load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as error:
        reason = error.reason or "not PEM, or the key needs a pass phrase"
        raise StartError(f"cannot use the certificate {certificate}: {reason}") from None
    except OSError as error:
        raise StartError(f"cannot read {certificate}: {error.strerror}") from None
    return context


def _refuse_open(what: str, path: Path, found: os.stat_result) -> None:
    if found.st_uid not in (os.geteuid(), 0):
        raise StartError(f"the {what} {path} belongs to user {found.st_uid}, not to you")
    if found.st_mode & 0o077:
        raise StartError(f"others may read the {what} {path}; run: chmod 600 {path}")
