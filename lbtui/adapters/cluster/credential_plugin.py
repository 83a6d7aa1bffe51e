"""Runs a kubeconfig's credential plugin, as kubectl does, but never lets it at the terminal.

Protocol: kubernetes.io/docs/reference/access-authn-authz/authentication/, credential plugins.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from lbtui.adapters.cluster.kubeconfig import Login
from lbtui.ports import StoreError

PLUGIN_SECONDS = 60.0
_MOST_SAID = 200
"""Characters of what a plugin complains of that are shown."""
_CLUSTER_INFO = (
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority-data",
    "proxy-url",
)
"""What of the kubeconfig's cluster a plugin is told that asks for it."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a plugin gave. Never shown."""

    token: str = ""
    certificate: str = ""
    """PEM."""
    key: str = ""
    """PEM."""
    expires: float | None = None
    """Seconds since the epoch; None: until it is refused."""


async def run_plugin(login: Login) -> Given:
    """Run the plugin of a login's user. Raises StoreError, without anything secret in it."""
    settings = login.user.get("exec")
    settings = settings if isinstance(settings, Mapping) else {}
    command = str(settings.get("command", ""))
    what = f"Context {login.context}: the credential plugin {command}"
    if not command:
        raise StoreError(f"Context {login.context}: the user's exec names no command.")
    if settings.get("interactiveMode") == "Always":
        raise StoreError(f"{what} asks on the terminal: log in with it first, as for kubectl.")
    try:
        code, out, complaint = await _ran(command, settings, login)
    except FileNotFoundError:
        hint = str(settings.get("installHint", "")).strip() or "install it, or put it on the PATH"
        raise StoreError(f"{what} is not installed; {hint.rstrip('.')}.") from None
    except TimeoutError:
        raise StoreError(f"{what} did not end within {PLUGIN_SECONDS:.0f} s.") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{what} cannot be run: {error}.") from None
    if code != 0:
        said = " ".join(complaint.decode("utf-8", "replace").split())[:_MOST_SAID]
        raise StoreError(f"{what} failed with code {code}{f': {said}' if said else ''}.")
    given = _given(out, settings.get("apiVersion"))
    if given is None:
        raise StoreError(f"{what} gave no ExecCredential of {settings.get('apiVersion')}.")
    if not (given.token or given.certificate):
        raise StoreError(f"{what} gave neither token nor certificate.")
    return given


async def _ran(command: str, settings: Mapping[str, Any], login: Login) -> tuple[int, bytes, bytes]:
    """Exit code, output and complaints. Raises OSError, ValueError, TimeoutError."""
    more = {str(one.get("name")): str(one.get("value", "")) for one in settings.get("env") or ()}
    spec: dict[str, Any] = {"interactive": False}
    if settings.get("provideClusterInfo"):
        cluster = {key: login.cluster[key] for key in _CLUSTER_INFO if key in login.cluster}
        spec["cluster"] = cluster
    info = {"apiVersion": settings.get("apiVersion"), "kind": "ExecCredential", "spec": spec}
    process = subprocess.Popen(
        [command, *map(str, settings.get("args") or ())],
        env={**os.environ, **more, "KUBERNETES_EXEC_INFO": json.dumps(info)},
        stdin=subprocess.DEVNULL,  # or it would take the console's keys
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # nor is there a terminal for it to open
    )
    # In a thread: a loop that is closed while it starts a process may wait for it for ever.
    try:
        out, complaint = await asyncio.to_thread(_finished, process)
    except asyncio.CancelledError:
        _kill(process)
        raise
    return process.returncode, out, complaint


def _finished(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Output and complaints, once it has ended. Raises TimeoutError."""
    with process:
        try:
            return process.communicate(timeout=PLUGIN_SECONDS)
        except subprocess.TimeoutExpired:
            _kill(process)
            raise TimeoutError from None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """With all that it started, which may hold its output open."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _given(out: bytes, version: Any) -> Given | None:
    """What an ExecCredential holds; None if it is none of that version."""
    try:
        found = msgspec.json.decode(out)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not isinstance(found, dict) or found.get("apiVersion") != version:
        return None
    status = found.get("status")
    if found.get("kind") != "ExecCredential" or not isinstance(status, dict):
        return None
    return Given(
        str(status.get("token") or ""),
        str(status.get("clientCertificateData") or ""),
        str(status.get("clientKeyData") or ""),
        _seconds(status.get("expirationTimestamp")),
    )


def _seconds(moment: Any) -> float | None:
    try:
        return datetime.fromisoformat(moment).timestamp()
    except (TypeError, ValueError):
        return None
