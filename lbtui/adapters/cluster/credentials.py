"""What a user proves itself with: token, token file, certificate, plugin, service account."""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lbtui.adapters.cluster.credential_plugin import Given, run_plugin
from lbtui.adapters.cluster.kubeconfig import Login
from lbtui.ports import StoreError

_DATA = {
    "certificate-authority-data": "certificate-authority",
    "client-certificate-data": "client-certificate",
    "client-key-data": "client-key",
}


class Credentials:
    """The credentials of a login, renewed when they are refused. Never shown in a message."""

    def __init__(self, login: Login) -> None:
        """Nothing is read yet."""
        self._login = login
        self._configuration: Any = None
        self._given: Given | None = None
        """What the plugin gave."""
        self._renewing: asyncio.Future[bool] | None = None
        self.edition = 0
        """Another number after each renewal."""

    @property
    def host(self) -> str:
        """URL of the API server, without a slash at its end."""
        return str(self._configuration.host) if self._configuration else self._login.server

    @property
    def has_certificate(self) -> bool:
        """Whether the plugin gave a certificate, which only a new connection can use."""
        return self._given is not None and bool(self._given.certificate)

    async def configuration(self, folder: Path) -> Any:
        """The client library's Configuration; certificates are written into `folder`.

        Raises StoreError.
        """
        await asyncio.to_thread(_import_client)
        from kubernetes.aio.client import Configuration
        from kubernetes.aio.config import ConfigException
        from kubernetes.aio.config.incluster_config import (
            SERVICE_CERT_FILENAME,
            SERVICE_TOKEN_FILENAME,
            InClusterConfigLoader,
        )
        from kubernetes.aio.config.kube_config import KubeConfigLoader

        if "exec" in self._login.user and self._given is None:
            await self.renew(self.edition)
        configuration = Configuration()
        try:
            if self._login.is_in_cluster:
                loader = InClusterConfigLoader(SERVICE_TOKEN_FILENAME, SERVICE_CERT_FILENAME)
                loader.load_and_set(configuration)
            else:
                config = await asyncio.to_thread(self._as_files, folder)
                await KubeConfigLoader(config).load_and_set(configuration)
        except (ConfigException, OSError, ValueError, KeyError) as error:
            raise StoreError(f"Context {self._login.context}: {error}.") from None
        self._configuration = configuration
        return configuration

    async def headers(self) -> Mapping[str, str]:
        """The Authorization header; none where a certificate does it. Raises StoreError."""
        if self._given is not None and self._given.expires is not None:
            if time.time() > self._given.expires:
                await self.renew(self.edition)
        for setting in (await self._configuration.auth_settings()).values():
            if setting["value"]:
                return {"Authorization": str(setting["value"])}
        return {}

    async def renew(self, edition: int) -> bool:
        """Ask again where credentials may have changed: plugin and token file; else False.

        Args:
            edition: of those that were refused; many requests at once are refused, and one
                plugin's run is for all of them.

        Raises StoreError.
        """
        if edition != self.edition:
            return True
        if self._renewing is None:
            self._renewing = asyncio.ensure_future(self._renew())
        return await asyncio.shield(self._renewing)

    async def _renew(self) -> bool:
        try:
            is_changed = await self._changed()
            self.edition += is_changed
            return is_changed
        finally:
            self._renewing = None

    async def _changed(self) -> bool:
        """Ask again; whether there are others now. Raises StoreError."""
        if "exec" in self._login.user:
            self._given = await run_plugin(self._login)
            if self._configuration is not None and self._given.token:
                self._configuration.api_key["BearerToken"] = f"Bearer {self._given.token}"
            return True
        file = self._login.user.get("tokenFile")
        if not file or self._configuration is None:
            return False
        try:
            token = (await asyncio.to_thread(Path(file).read_text)).strip()
        except OSError:
            return False
        before = self._configuration.api_key.get("BearerToken")
        self._configuration.api_key["BearerToken"] = f"Bearer {token}"
        return bool(before != f"Bearer {token}")

    def _as_files(self, folder: Path) -> dict[str, Any]:
        """A kubeconfig of this context alone, with everything in files that the loader wants so."""
        user = {key: value for key, value in self._login.user.items() if key != "exec"}
        if user.get("tokenFile"):
            user.pop("token", None)  # the file comes first, as for kubectl
        given = self._given or Given()
        if given.token:
            user["token"] = given.token
        if given.certificate:
            user["client-certificate"] = _written(
                folder / "plugin-cert", given.certificate.encode()
            )
            user["client-key"] = _written(folder / "plugin-key", given.key.encode())
        cluster = dict(self._login.cluster)
        for part in (cluster, user):
            for key, field in _DATA.items():
                if key in part:
                    part[field] = _written(folder / field, _octets(part.pop(key), key))
        return {
            "current-context": self._login.context,
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": self._login.context, "context": {"cluster": "c", "user": "u"}}],
        }


def _import_client() -> None:
    """Half a second, so it is done in a thread."""
    import kubernetes.aio.client
    import kubernetes.aio.config  # noqa: F401


def _octets(value: Any, key: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise StoreError(f"The kubeconfig's {key} is no base64.") from None


def _written(file: Path, data: bytes) -> str:
    with open(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(data)
    return str(file)
