"""One kind of a cluster, listed in pages and then watched, whatever happens to the connection.

Protocol: kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.errors import ApiError, error_of_status
from lbtui.adapters.cluster.kinds import ApiKind
from lbtui.ports import StoreError

PAGE = 500
"""Objects in one answer to a list."""
MOST_PAGES = 10_000

Manifest = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds that following waits; tests choose shorter ones."""

    watch: float = 300.0
    """After which a watch is ended and begun again, as clients of Kubernetes do."""
    silence: float = 150.0
    """Without an octet, bookmarks included (they come each minute), a watch counts as dead."""
    first_retry: float = 0.5
    last_retry: float = 30.0
    review: float = 30.0
    """Between two questions what may be written; of that nothing can be watched."""


@dataclass(frozen=True, slots=True)
class Listed:
    """All objects of the kind, as of now; what was known before is void."""

    items: tuple[Manifest, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One object was added or changed, or is gone."""

    manifest: Manifest
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """The server answers: what is known is of now."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The kind could not be read or followed; what was known stays, and grows old."""

    error: StoreError
    again_in: float
    """Seconds until it is tried again."""


Message = Listed | Changed | Heard | Failed


async def list_all(
    connection: Connection, kind: ApiKind, namespace: str
) -> tuple[tuple[Manifest, ...], str]:
    """All objects and the version to watch from. Raises ApiError, UnreachableError.

    A continue token that has expired is followed by the fresh one that comes with the refusal; the
    watch from the returned version then brings what changed meanwhile.
    """
    items: list[Manifest] = []
    query = {"limit": str(PAGE)}
    version = ""
    for _ in range(MOST_PAGES):
        try:
            body = await connection.get(kind.path(namespace), query)
        except ApiError as error:
            if error.is_expired and "continue" in query:
                # The rest may not fit to what was read: begin anew rather than show a mixture.
                items, version = [], ""
                query = {"limit": str(PAGE)} if error.next_token == "" else {}
                continue
            raise
        metadata = body.get("metadata") or {}
        items.extend(_complete(kind, item) for item in body.get("items") or ())
        version = version or str(metadata.get("resourceVersion", ""))
        token = metadata.get("continue")
        if not token:
            return tuple(items), version
        query = {"limit": str(PAGE), "continue": str(token)}
    raise StoreError(f"{kind.plural}: the list does not end.")


async def follow(
    connection: Connection, kind: ApiKind, namespace: str, pace: Pace, version: str = ""
) -> AsyncIterator[Message]:
    """What the kind holds, and every change from then on; never ends, never raises StoreError.

    Args:
        connection: To the API server.
        kind: What to follow.
        namespace: Where; empty: everywhere.
        pace: How long to wait.
        version: To go on from, of a list that is known; empty: list first.
    """
    clock = asyncio.get_running_loop().time
    retry = pace.first_retry
    while True:
        begun, has_heard = clock(), False
        try:
            if not version:
                items, version = await list_all(connection, kind, namespace)
                yield Listed(items)
            async for message, reached in _watch(connection, kind, namespace, version, pace):
                version, has_heard = reached, True
                retry = pace.first_retry
                yield message
        except ApiError as error:
            if error.code == 403:
                version = ""  # maybe only the watch is forbidden: then it is listed now and then
            if error.is_expired:
                version = ""
                if retry == pace.first_retry:
                    retry *= 2
                    continue
            failure: StoreError = error
            pause = error.retry_after or retry
        except StoreError as error:
            failure, pause = error, retry
        else:
            if clock() - begun < pace.first_retry:
                await asyncio.sleep(pace.first_retry)  # a server that ends each watch at once
            continue
        if has_heard and not isinstance(failure, ApiError):
            # A proxy or a server's restart cuts watches: it is no outage before it cannot go on.
            await asyncio.sleep(pace.first_retry * random.uniform(0.1, 1.0))
            continue
        pause *= random.uniform(1.0, 1.5)  # or all clients come back at once
        yield Failed(failure, pause)
        await asyncio.sleep(pause)
        retry = min(retry * 2, pace.last_retry)


async def _watch(
    connection: Connection, kind: ApiKind, namespace: str, version: str, pace: Pace
) -> AsyncIterator[tuple[Message, str]]:
    """Events of one watch, each with the version to go on from. Raises ApiError, StoreError."""
    query = {
        "watch": "1",
        "allowWatchBookmarks": "true",
        "resourceVersion": version,
        "timeoutSeconds": str(max(1, int(pace.watch * random.uniform(0.9, 1.1)))),
    }
    async for line in connection.stream(kind.path(namespace), query, pace.silence):
        if not line:
            yield Heard(), version
            continue
        try:
            event = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise StoreError(f"{kind.plural}: the watch broke in the midst of an event.") from None
        found = event.get("object") or {}
        if event.get("type") == "ERROR":
            raise error_of_status(found)
        version = str((found.get("metadata") or {}).get("resourceVersion") or version)
        if event.get("type") == "BOOKMARK":
            yield Heard(), version
        else:
            is_gone = event.get("type") == "DELETED"
            yield Changed(_complete(kind, found), is_gone), version


def _complete(kind: ApiKind, item: Manifest) -> Manifest:
    """Objects inside a list may come without kind and apiVersion."""
    if "kind" in item:
        return item
    return {"apiVersion": kind.kind.api_version, "kind": kind.name, **item}
