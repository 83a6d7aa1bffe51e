"""Objects with versions, and the history that watches are fed from."""

from __future__ import annotations

import asyncio
import copy
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from tests.cluster.apiserver.kinds import Kind

Object = dict[str, Any]


class Key(NamedTuple):
    """Which object."""

    resource: str
    namespace: str
    name: str


@dataclass(frozen=True)
class Event:
    """One change, as a watch tells it."""

    version: int
    type: str
    key: Key
    object: Object
    before: Object | None = None


Webhook: TypeAlias = Callable[
    ["Storage", Kind, Key, Object | None, Object | None], Exception | None
]
"""Judges an object by its new and its old state; gives the refusal."""


class Storage:
    """All objects; every change gets the next version and wakes those who watch."""

    def __init__(self) -> None:
        """Start empty, at a version above 1, as a real server's is."""
        self.version = 100
        self.compacted = 100
        """Watches and tokens from before this version are too old."""
        self._objects: dict[str, dict[Key, Object]] = {}
        self._order: dict[str, list[Key]] = {}
        """Kind → its keys sorted, as long as none is put or deleted."""
        self._history: list[Event] = []
        self._managers: dict[Key, dict[tuple[str, ...], set[str]]] = {}
        self.changed = asyncio.Condition()
        self.webhooks: list[Webhook] = []
        """Asked before every change."""

    def get(self, key: Key) -> Object | None:
        """The object itself; never to be changed in place."""
        return self._objects.get(key.resource, {}).get(key)

    def listed(self, kind: Kind, namespace: str) -> list[Object]:
        """All of a kind, by namespace and name."""
        found = self._objects.get(kind.resource, {})
        if kind.resource not in self._order:
            self._order[kind.resource] = sorted(found)
        order = self._order[kind.resource]
        return [found[key] for key in order if not namespace or key.namespace == namespace]

    def managers(self, key: Key) -> dict[tuple[str, ...], set[str]]:
        """Way to a field → who applied it."""
        return self._managers.setdefault(key, {})

    async def put(self, kind: Kind, key: Key, body: Mapping[str, Any]) -> Object:
        """Create or replace; the object as stored."""
        before = self.get(key)
        stored = self.prepared(kind, key, body)
        if before is not None and _content(before) == _content(stored):
            return before
        self.version += 1
        stored["metadata"]["resourceVersion"] = str(self.version)
        self._objects.setdefault(key.resource, {})[key] = stored
        if before is None:
            self._order.pop(key.resource, None)
        await self._tell(
            Event(self.version, "MODIFIED" if before else "ADDED", key, stored, before)
        )
        return stored

    def prepared(self, kind: Kind, key: Key, body: Mapping[str, Any]) -> Object:
        """What `put` would store."""
        before = self.get(key)
        stored = copy.deepcopy(dict(body))
        old = before["metadata"] if before else {}
        metadata = stored.setdefault("metadata", {})
        metadata["name"] = key.name
        if key.namespace:
            metadata["namespace"] = key.namespace
        metadata["uid"] = old.get("uid") or str(uuid.uuid4())
        metadata["creationTimestamp"] = old.get("creationTimestamp") or "2026-01-01T00:00:00Z"
        metadata["resourceVersion"] = old.get("resourceVersion", str(self.version + 1))
        is_same = before is not None and before.get("spec") == stored.get("spec")
        metadata["generation"] = old.get("generation", 0) + (0 if is_same else 1)
        stored["apiVersion"], stored["kind"] = kind.api_version, kind.name
        return stored

    async def delete(self, key: Key) -> Object:
        """Remove; the object as it was."""
        gone = copy.deepcopy(self._objects[key.resource].pop(key))
        self._managers.pop(key, None)
        self._order.pop(key.resource, None)
        self.version += 1
        gone["metadata"]["resourceVersion"] = str(self.version)
        await self._tell(Event(self.version, "DELETED", key, gone, gone))
        return gone

    def since(self, version: int) -> Iterator[Event]:
        """What happened after a version."""
        first = len(self._history)
        while first and self._history[first - 1].version > version:
            first -= 1
        return iter(self._history[first:])

    async def compact(self) -> None:
        """Forget the history, as etcd does every few minutes."""
        self.compacted = self.version
        self._history.clear()
        async with self.changed:
            self.changed.notify_all()

    async def _tell(self, event: Event) -> None:
        self._history.append(event)
        async with self.changed:
            self.changed.notify_all()


def _content(item: Mapping[str, Any]) -> Object:
    metadata = {
        key: value
        for key, value in item.get("metadata", {}).items()
        if key not in ("resourceVersion", "generation", "managedFields")
    }
    return {**item, "metadata": metadata}
