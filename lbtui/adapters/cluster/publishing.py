"""Objects that one writer owns, made equal to what it wants: created, their status set, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.errors import ApiError
from lbtui.adapters.cluster.following import list_all
from lbtui.adapters.cluster.kinds import ApiKind

Manifest = Mapping[str, Any]
_MERGE = "application/merge-patch+json"


class Publisher:
    """All objects of one kind with one label selector; it writes only what differs."""

    def __init__(
        self,
        connection: Connection,
        kind: ApiKind,
        namespace: str,
        selector: str,
        owners: Sequence[Manifest] = (),
    ) -> None:
        """Say which; nothing is read yet.

        Args:
            connection: to the API server.
            kind: of the objects.
            namespace: where they are.
            selector: the labels of the writer's own objects.
            owners: ownerReferences; Kubernetes deletes the objects after these.
        """
        self._owners = list(owners)
        self._connection = connection
        self._kind = kind
        self._namespace = namespace
        self._labels = dict(part.split("=", 1) for part in selector.split(","))
        self._known: dict[str, Any] | None = None
        """Name → status as the server has it; None: not read yet."""

    async def publish(self, wanted: Iterable[Manifest]) -> int:
        """Make the objects equal to these; how many were written.

        Raises StoreError; what was not written then is written by the next call.
        """
        if self._known is None:
            self._known = await self._read()
        manifests = {one["metadata"]["name"]: one for one in wanted}
        gone = self._known.keys() - manifests.keys()
        written = 0
        for name in gone:
            await self._delete(name)
            self._known.pop(name)
            written += 1
        for name, manifest in manifests.items():
            if self._known.get(name) != manifest["status"]:
                await self._write(name, manifest)
                written += 1
        return written

    async def _read(self) -> dict[str, Any]:
        """The writer's own objects. Those of an owner that was before go with it: away at once."""
        items, _ = await list_all(self._connection, self._kind, self._namespace)
        found: dict[str, Any] = {}
        for item in items:
            metadata = item["metadata"]
            if not self._labels.items() <= (metadata.get("labels") or {}).items():
                continue
            if _uids(metadata.get("ownerReferences") or ()) == _uids(self._owners):
                found[metadata["name"]] = item.get("status") or {}
            else:
                await self._delete(metadata["name"])
        return found

    async def _write(self, name: str, manifest: Manifest) -> None:
        assert self._known is not None
        body = {key: value for key, value in manifest.items() if key != "status"}
        if self._owners:
            body["metadata"] = {**manifest["metadata"], "ownerReferences": self._owners}
        if name not in self._known:
            try:
                await self._connection.send("POST", self._kind.path(self._namespace), body)
            except ApiError as error:
                if error.reason != "AlreadyExists":
                    raise
            self._known[name] = {}
        path = f"{self._kind.path(self._namespace, name)}/status"
        status = {"status": manifest["status"]}
        try:
            await self._connection.send("PATCH", path, status, content_type=_MERGE)
        except ApiError as error:
            if error.code == 404:  # somebody deleted it: the next call makes it again
                self._known.pop(name)
            raise
        self._known[name] = manifest["status"]

    async def _delete(self, name: str) -> None:
        try:
            await self._connection.send("DELETE", self._kind.path(self._namespace, name), {})
        except ApiError as error:
            if error.code != 404:
                raise


def _uids(owners: Iterable[Manifest]) -> set[str]:
    return {str(owner.get("uid")) for owner in owners}
