"""A Kubernetes API server over TCP: what a client can tell of one, without nodes behind it.

Lists with limit and continue, watches with bookmarks and 410, resourceVersion conflicts, apply
with field managers, dry run, pruning and judging by CRDs, RBAC, and the faults of a bad day. Its
bodies follow recorded answers of kube-apiserver 1.36.
"""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from tests.cluster.apiserver import writes
from tests.cluster.apiserver.access import Access, User, review
from tests.cluster.apiserver.answers import Refused, expired, not_found
from tests.cluster.apiserver.kinds import FRR_K8S, KUBERNETES, METALLB, Kind
from tests.cluster.apiserver.storage import Event, Key, Object, Storage

TOKEN = "token-of-the-admin"
KINDS = (*KUBERNETES, *METALLB, *FRR_K8S)


@dataclass
class Faults:
    """What goes wrong; a test sets it and takes it back."""

    delay: float = 0.0
    """Seconds before every answer."""
    hold: asyncio.Event | None = None
    """What every answer waits for."""
    refusal: Refused | None = None
    """Given to every request for objects."""
    answers: list[Refused] = field(default_factory=list)
    """Given one by one to the next requests for objects, instead of their answers."""
    writes: dict[str, Refused] = field(default_factory=dict)
    """Name of an object → the answer to every request that would really change it; a dry run
    passes."""
    gate: asyncio.Event | None = None
    """What every request that would really change something waits for."""
    bookmark_every: float = 0.5
    compactions: int = 0
    """How many of the next pages of lists are followed by a compaction, so that the next page's
    token is too old."""


class ApiServer:
    """The server; `start` it, look at `requests`, change objects with `put` and `remove`."""

    def __init__(self, kinds: Iterable[Kind] = KINDS) -> None:
        """Serve these kinds to one user that may do everything."""
        self.kinds = {(kind.prefix, kind.plural): kind for kind in kinds}
        self.storage = Storage()
        self.access = Access({TOKEN: User("admin")})
        self.faults = Faults()
        self.requests: list[tuple[str, str, Mapping[str, str]]] = []
        """Method, path and query of everything that came in."""
        self._streams: set[web.StreamResponse] = set()
        self._stalled: set[web.StreamResponse] = set()
        self._runner: web.AppRunner | None = None
        self.port = 0
        self.host = "127.0.0.1"
        self.open_socket: Callable[[], socket.socket] | None = None
        """Makes the socket to listen on, for instance in another network namespace."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.host}:{self.port}"

    def kubeconfig(self, token: str = TOKEN, context: str = "tests", namespace: str = "") -> Object:
        """A kubeconfig for it."""
        inner = {"cluster": "tests", "user": "tester"}
        if namespace:
            inner["namespace"] = namespace
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "tests", "cluster": {"server": self.url}}],
            "users": [{"name": "tester", "user": {"token": token}}],
            "contexts": [
                {
                    "name": context,
                    "context": inner | ({"namespace": namespace} if namespace else {}),
                }
            ],
            "current-context": context,
        }

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; on the port it had before if it was stopped."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        if self.open_socket is not None:
            await web.SockSite(self._runner, self.open_socket()).start()
        else:
            await web.TCPSite(self._runner, self.host, port or self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and cut every connection, as SIGKILL does."""
        self.cut()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def watched(self, count: int) -> None:
        """Wait until so many watches are open. Raises TimeoutError after 10 s."""
        async with asyncio.timeout(10):
            while len(self._streams) < count:
                await asyncio.sleep(0.01)

    def stall(self) -> None:
        """Let all open watches stay open and never say anything again."""
        self._stalled |= self._streams

    def cut(self) -> None:
        """Break all open watches."""
        for stream in list(self._streams):
            transport = stream._req.transport if stream._req is not None else None
            if transport is not None:
                transport.abort()

    # ---- what tests do to the objects ---------------------------------------------------------

    def kind_of(self, manifest: Mapping[str, Any]) -> Kind:
        """The kind of a manifest."""
        wanted = (manifest["apiVersion"], manifest["kind"])
        return next(k for k in self.kinds.values() if (k.api_version, k.name) == wanted)

    def key_of(self, manifest: Mapping[str, Any]) -> tuple[Kind, Key]:
        """Kind and key of a manifest."""
        kind, metadata = self.kind_of(manifest), manifest["metadata"]
        namespace = metadata.get("namespace", "default") if kind.is_namespaced else ""
        return kind, Key(kind.resource, namespace, metadata["name"])

    async def put(self, *manifests: Mapping[str, Any]) -> None:
        """Create or replace objects as a colleague would."""
        for manifest in manifests:
            kind, key = self.key_of(manifest)
            await self.storage.put(kind, key, manifest)

    async def remove(self, manifest: Mapping[str, Any]) -> None:
        """Delete an object as a colleague would."""
        await self.storage.delete(self.key_of(manifest)[1])

    def get(self, manifest: Mapping[str, Any]) -> Object | None:
        """The object as stored."""
        return self.storage.get(self.key_of(manifest)[1])

    # ---- requests -----------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.method, request.path, dict(request.query)))
        if self.faults.delay:
            await asyncio.sleep(self.faults.delay)
        if self.faults.hold is not None:
            await self.faults.hold.wait()
        try:
            self.access.user(request)
            return await self._answer(request)
        except Refused as refused:
            return refused.response()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.rstrip("/")
        if path == "/version":
            return web.json_response({"major": "1", "minor": "36", "gitVersion": "v1.36.2"})
        if path.startswith("/apis/authorization.k8s.io/v1/selfsubject"):
            user = self.access.user(request)
            return web.json_response(review(self.access, user, await request.json()), status=201)
        if path in ("/api", "/apis") or path in {prefix for prefix, _ in self.kinds}:
            return self._discovery(path)
        target = self._target(path)
        if target is None:
            return web.Response(status=404, text="404 page not found\n")
        if self.faults.refusal is not None:
            raise self.faults.refusal
        if self.faults.answers:
            raise self.faults.answers.pop(0)
        answer = await self._on_objects(request, *target)
        if "limit" in request.query and self.faults.compactions:
            self.faults.compactions -= 1
            await self.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}})
            await self.storage.compact()
        return answer

    def _discovery(self, path: str) -> web.Response:
        if path == "/api":
            return web.json_response({"kind": "APIVersions", "versions": ["v1"]})
        if path == "/apis":
            groups = sorted({(k.group, k.version) for k in self.kinds.values() if k.group})
            found = [
                {
                    "name": group,
                    "versions": [{"groupVersion": f"{group}/{version}", "version": version}],
                }
                for group, version in groups
            ]
            return web.json_response({"kind": "APIGroupList", "groups": found})
        resources = [
            {"name": k.plural, "kind": k.name, "namespaced": k.is_namespaced, "verbs": ["list"]}
            for (prefix, _), k in self.kinds.items()
            if prefix == path
        ]
        return web.json_response({"kind": "APIResourceList", "resources": resources})

    def _target(self, path: str) -> tuple[Kind, Key, bool] | None:
        """Kind, key (name empty for a collection) and whether it is the status."""
        for (prefix, _), kind in self.kinds.items():
            if not path.startswith(f"{prefix}/"):
                continue
            parts = path.removeprefix(f"{prefix}/").split("/")
            namespace = ""
            if parts[0] == "namespaces" and len(parts) > 2:
                namespace, parts = parts[1], parts[2:]
            if parts[0] != kind.plural or len(parts) > 3:
                continue
            name = parts[1] if len(parts) > 1 else ""
            is_status = parts[2:] == ["status"]
            if len(parts) == 3 and not (is_status and kind.has_status):
                continue
            return kind, Key(kind.resource, namespace, name), is_status
        return None

    async def _on_objects(
        self, request: web.Request, kind: Kind, key: Key, is_status: bool
    ) -> web.StreamResponse:
        verb = _verb(request, key)
        self.access.check(request, verb, kind, key, is_status)
        if verb == "watch":
            return await self._watch(request, kind, key)
        if verb == "list":
            return self._list(request, kind, key)
        if verb == "get":
            found = self.storage.get(key)
            if found is None:
                raise not_found(kind, key.name)
            return web.json_response(found)
        query = request.query
        write = writes.Write(
            kind,
            key,
            await request.read(),
            request.content_type,
            is_status,
            query.get("dryRun") == "All",
            query.get("fieldManager", "unknown"),
            query.get("force") == "true",
            query.get("fieldValidation") == "Strict",
        )
        if not write.is_dry_run and b"dryRun" not in write.body:
            if self.faults.gate is not None:
                await self.faults.gate.wait()
            if key.name in self.faults.writes:
                raise self.faults.writes[key.name]
        if verb == "delete":
            return web.json_response(await writes.delete(self.storage, write))
        changes = {"create": writes.create, "update": writes.replace, "patch": writes.patch}
        written = await changes[verb](self.storage, write)
        answer = web.json_response(written.object, status=201 if written.is_new else 200)
        for warning in written.warnings:
            answer.headers.add("Warning", warning)
        return answer

    def _list(self, request: web.Request, kind: Kind, key: Key) -> web.Response:
        items = self.storage.listed(kind, key.namespace)
        if "labelSelector" in request.query:
            items = [item for item in items if _is_selected(item, request.query)]
        start, version = 0, self.storage.version
        if token := request.query.get("continue"):
            start, version = json.loads(base64.b64decode(token))
            if version < self.storage.compacted:
                fresh = _token(start, self.storage.version)
                raise expired("The provided continue parameter is too old", fresh)
        limit = int(request.query.get("limit", "0")) or len(items)
        page, rest = items[start : start + limit], len(items) - start - limit
        metadata: Object = {"resourceVersion": str(version)}
        if rest > 0:
            metadata |= {"continue": _token(start + limit, version), "remainingItemCount": rest}
        body = {
            "apiVersion": kind.api_version,
            "kind": f"{kind.name}List",
            "metadata": metadata,
            "items": [_as_listed(item) for item in page],
        }
        return web.Response(body=msgspec.json.encode(body), content_type="application/json")

    async def _watch(self, request: web.Request, kind: Kind, key: Key) -> web.StreamResponse:
        text = request.query.get("resourceVersion") or str(self.storage.version)
        if not text.isdigit():
            raise Refused(500, "", f'resourceVersion: Invalid value: "{text}"')
        seen = int(text)
        stream = web.StreamResponse(headers={"Content-Type": "application/json"})
        await stream.prepare(request)
        self._streams.add(stream)
        seconds = float(request.query.get("timeoutSeconds", "1800"))
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        try:
            while loop.time() < end:
                if stream in self._stalled:
                    await asyncio.sleep(end - loop.time())
                    break
                if seen < self.storage.compacted and seen < self.storage.version:
                    gone = expired(f"too old resource version: {seen} ({self.storage.version})")
                    await _send(stream, "ERROR", gone.body)
                    break
                for event in self._events(kind, key, request.query, seen):
                    await _send(stream, event.type, event.object)
                seen = self.storage.version
                if not await self._woken(seen, end) and _wants_bookmarks(request):
                    await self._bookmark(stream, kind, seen)
        except ConnectionError:
            pass
        finally:
            self._streams.discard(stream)
            self._stalled.discard(stream)
        return stream

    def _events(self, kind: Kind, key: Key, query: Mapping[str, str], seen: int) -> Iterable[Event]:
        return [
            event
            for event in self.storage.since(seen)
            if event.key.resource == kind.resource
            and key.namespace in ("", event.key.namespace)
            and _is_selected(event.object, query)
        ]

    async def _woken(self, seen: int, end: float) -> bool:
        """Wait for a change; False if none came before the next bookmark or the end."""
        left = end - asyncio.get_running_loop().time()
        async with self.storage.changed:
            try:
                async with asyncio.timeout(min(self.faults.bookmark_every, max(left, 0))):
                    await self.storage.changed.wait_for(lambda: self.storage.version > seen)
            except TimeoutError:
                return False
        return True

    async def _bookmark(self, stream: web.StreamResponse, kind: Kind, version: int) -> None:
        mark = {
            "apiVersion": kind.api_version,
            "kind": kind.name,
            "metadata": {"resourceVersion": str(version)},
        }
        await _send(stream, "BOOKMARK", mark)


def _verb(request: web.Request, key: Key) -> str:
    if request.method == "GET":
        if key.name:
            return "get"
        return "watch" if request.query.get("watch") in ("1", "true") else "list"
    return {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}[request.method]


def _wants_bookmarks(request: web.Request) -> bool:
    return request.query.get("allowWatchBookmarks") in ("1", "true")


def _is_selected(item: Object, query: Mapping[str, str]) -> bool:
    labels = item.get("metadata", {}).get("labels") or {}
    wanted = [part.split("=", 1) for part in query.get("labelSelector", "").split(",") if part]
    return all(labels.get(name) == value for name, value in wanted)


def _as_listed(item: Object) -> Object:
    """Objects inside a list of a core kind come without kind and apiVersion."""
    if "/" in item["apiVersion"] and item["apiVersion"].split("/")[0].endswith("metallb.io"):
        return item
    return {key: value for key, value in item.items() if key not in ("kind", "apiVersion")}


def _token(start: int, version: int) -> str:
    return base64.b64encode(json.dumps([start, version]).encode()).decode()


async def _send(stream: web.StreamResponse, kind: str, item: Object) -> None:
    await stream.write(msgspec.json.encode({"type": kind, "object": item}) + b"\n")
