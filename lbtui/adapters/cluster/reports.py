"""What components report about themselves in a cluster: read once, or followed as it changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.following import Changed, Failed, Listed, Message, Pace, list_all
from lbtui.adapters.cluster.gathering import rounds
from lbtui.adapters.cluster.kinds import (
    BGP_SESSION_STATE,
    CONFIGURATION_STATE,
    FRR_CONFIGURATION,
    FRR_NODE_STATE,
    SERVICE_BGP_STATUS,
    ApiKind,
)
from lbtui.core.drift import Reported, decode_report
from lbtui.core.drift.gathered import Reports
from lbtui.core.drift.reports import PoolReport, Report
from lbtui.core.drift.sides import Stamp
from lbtui.ports import StoreError

_POOL = ApiKind(PoolReport, "ipaddresspools", "metallb")
KINDS = (
    SERVICE_BGP_STATUS,
    CONFIGURATION_STATE,
    _POOL,
    BGP_SESSION_STATE,
    FRR_NODE_STATE,
    FRR_CONFIGURATION,
)

Key = tuple[str, str]
"""Namespace and name."""


@dataclass(slots=True)
class _Held:
    """Reports of one kind."""

    reports: dict[Key, Report] = field(default_factory=dict)
    problems: dict[Key, str] = field(default_factory=dict)
    """Of objects that cannot be read."""
    heard: float | None = None
    """Seconds since the epoch; None: never."""
    failure: str = ""
    """Why the kind cannot be read now."""
    facts: tuple[Report, ...] | None = None
    """The reports as they are given out; None: to be made anew."""


class ClusterReports:
    """Keeps the reports of one cluster."""

    def __init__(self, connection: Connection, namespace: str, pace: Pace) -> None:
        """Read nothing yet; `namespace` is MetalLB's."""
        self._connection, self._namespace, self._pace = connection, namespace, pace
        self._held = {kind.name: _Held() for kind in KINDS}
        self._versions: dict[str, str] = {}
        self._news = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def now(self) -> Reports:
        """All of them; read now unless they are followed. Never raises: what fails is told."""
        if self._following is None:
            answers = await asyncio.gather(*(self._listed(kind) for kind in KINDS))
            await asyncio.to_thread(self._take, list(zip(KINDS, answers, strict=True)))
        return self._known()

    async def stirred(self, seconds: float) -> None:
        """Wait until one may have changed, at most so long; the first call begins to follow."""
        if self._following is None:
            self._following = asyncio.create_task(self._follow())
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    async def stop(self) -> None:
        """Follow them no more."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
            self._following = None

    async def _follow(self) -> None:
        following = rounds(self._connection, KINDS, self._space, self._pace, self._versions)
        async with aclosing(following):
            async for gathered in following:
                if any(isinstance(message, Listed) for _, message in gathered):
                    is_changed = await asyncio.to_thread(self._take, gathered)
                else:
                    is_changed = self._take(gathered)
                if is_changed:
                    self._news.set()

    async def _listed(self, kind: ApiKind) -> Message:
        try:
            items, version = await list_all(self._connection, kind, self._space(kind))
        except StoreError as error:
            return Failed(error, 0.0)
        self._versions[kind.name] = version
        return Listed(items)

    def _space(self, kind: ApiKind) -> str:
        # frr-k8s may run in a namespace of its own, so its kinds are looked for everywhere.
        return self._namespace if kind.scope == "metallb" and kind is not BGP_SESSION_STATE else ""

    def _take(self, gathered: Iterable[tuple[ApiKind, Message]]) -> bool:
        """Take messages in; whether they say anything else than that all is as it was."""
        is_changed = False
        for kind, message in gathered:
            held = self._held[kind.name]
            if isinstance(message, Failed):
                is_changed |= not held.failure
                held.failure = str(message.error)
                continue
            is_changed |= bool(held.failure)
            held.heard, held.failure = time.time(), ""
            if isinstance(message, Listed):
                held.reports, held.problems, held.facts = {}, {}, None
                for item in message.items:
                    _put(held, item)
                is_changed = True
            elif isinstance(message, Changed):
                is_changed |= _change(held, message)
        return is_changed

    def _known(self) -> Reports:
        by_kind: dict[str, Reported[Report]] = {}
        problems: list[str] = []
        for name, held in self._held.items():
            if held.heard is None:
                problems.append(f"{name} is not known: {held.failure or 'it is being read'}")
                continue
            if held.failure:
                problems.append(f"{name} is shown as last known: {held.failure}")
            if held.facts is None:
                held.facts = tuple(held.reports.values())
            by_kind[name] = Reported(held.facts, Stamp(name, held.heard))
            problems += held.problems.values()
        return Reports(by_kind, tuple(problems))


def _change(held: _Held, message: Changed) -> bool:
    key = _key(message.manifest)
    before = held.reports.get(key), held.problems.pop(key, None)
    if message.is_gone:
        held.reports.pop(key, None)
    else:
        _put(held, message.manifest)
    if before == (held.reports.get(key), held.problems.get(key)):
        return False
    held.facts = None
    return True


def _put(held: _Held, item: Mapping[str, Any]) -> None:
    decoded, key = decode_report(item), _key(item)
    if decoded.report is not None:
        held.reports[key] = decoded.report
    else:
        held.reports.pop(key, None)
        held.problems[key] = decoded.problem


def _key(item: Mapping[str, Any]) -> Key:
    metadata = item.get("metadata") or {}
    return str(metadata.get("namespace", "")), str(metadata.get("name", ""))
