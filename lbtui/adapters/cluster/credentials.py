"""What a user proves itself with: token, token file, certificate, plugin, service account."""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lbtui.adapters.cluster.kubeconfig import Login
from lbtui.ports import StoreError

_DATA = {
    "certificate-authority-data": "certificate-authority",
    "client-certificate-data": "client-certificate",
    "client-key-data": "client-key",
}
PLUGIN_SECONDS = 60.0


class Credentials:
    """The credentials of a login, renewed when they are refused. Never shown in a message."""

    def __init__(self, login: Login) -> None:
        """Nothing is read yet."""
        self._login = login
        self._configuration: Any = None
        self._given: Mapping[str, Any] = {}
        """What the plugin gave."""

    @property
    def host(self) -> str:
        """URL of the API server, without a slash at its end."""
        return str(self._configuration.host) if self._configuration else self._login.server

    @property
    def has_certificate(self) -> bool:
        """Whether the plugin gave a certificate, which only a new connection can use."""
        return "clientCertificateData" in self._given

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

        if "exec" in self._login.user and not self._given:
            await self.renew()
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
        """The Authorization header; none where a certificate does it."""
        for setting in (await self._configuration.auth_settings()).values():
            if setting["value"]:
                return {"Authorization": str(setting["value"])}
        return {}

    async def renew(self) -> bool:
        """Ask again where credentials may have changed: plugin and token file; else False."""
        if "exec" in self._login.user:
            self._given = await self._run_plugin()
            if self._configuration is not None and "token" in self._given:
                self._configuration.api_key["BearerToken"] = f"Bearer {self._given['token']}"
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

    async def _run_plugin(self) -> Mapping[str, Any]:
        """Run the credential plugin (client.authentication.k8s.io). Raises StoreError."""
        await asyncio.to_thread(_import_client)
        from kubernetes.aio.config import ConfigException
        from kubernetes.aio.config.exec_provider import ExecProvider
        from kubernetes.aio.config.kube_config import ConfigNode

        settings = self._login.user["exec"]
        command = settings.get("command", "") if isinstance(settings, Mapping) else ""
        what = f"Context {self._login.context}: the credential plugin {command}"
        try:
            plugin = ExecProvider(ConfigNode("exec", dict(settings)))
            status = await asyncio.wait_for(plugin.run(), PLUGIN_SECONDS)
        except FileNotFoundError:
            raise StoreError(
                f"{what} is not installed; install it, or put it on the PATH."
            ) from None
        except TimeoutError:
            raise StoreError(f"{what} did not end within {PLUGIN_SECONDS:.0f} s.") from None
        except (ConfigException, OSError, ValueError) as error:
            raise StoreError(f"{what} failed: {error}.") from None
        if "token" not in status and "clientCertificateData" not in status:
            raise StoreError(f"{what} gave neither token nor certificate.")
        return dict(status)

    def _as_files(self, folder: Path) -> dict[str, Any]:
        """A kubeconfig of this context alone, with everything in files that the loader wants so."""
        user = {key: value for key, value in self._login.user.items() if key != "exec"}
        if user.get("tokenFile"):
            user.pop("token", None)  # the file comes first, as for kubectl
        if "token" in self._given:
            user["token"] = self._given["token"]
        for key, name in (("clientCertificateData", "cert"), ("clientKeyData", "key")):
            if key in self._given:
                field = "client-certificate" if name == "cert" else "client-key"
                user[field] = _written(folder / f"plugin-{name}", str(self._given[key]).encode())
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
