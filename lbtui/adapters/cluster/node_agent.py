"""One node's agent: follows the cluster, announces for its node, publishes what came of it.

Kubernetes is the only coordination between agents. What is wanted last stays announced while the
API server is away, and while the configuration is one that MetalLB's speaker would refuse.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.errors import ApiError
from lbtui.adapters.cluster.following import Failed, Listed, Message, Pace
from lbtui.adapters.cluster.gathering import rounds
from lbtui.adapters.cluster.held_objects import HeldObjects
from lbtui.adapters.cluster.kinds import (
    ANNOUNCING,
    BGP_SESSION_STATE,
    CONFIGURATION_STATE,
    SERVICE_BGP_STATUS,
    ApiKind,
)
from lbtui.adapters.cluster.publishing import Publisher
from lbtui.core.configuration.config import resolve
from lbtui.core.configuration.model import Options
from lbtui.core.drift.sides import LiveSession
from lbtui.core.routing.announcements import Announcements, announce
from lbtui.core.routing.node_reports import (
    Manifest,
    configuration_report,
    selector_of,
    service_reports,
    session_reports,
)
from lbtui.core.routing.routes import RouteTables, compile_routes
from lbtui.ports import Speaker, SpeakerError, SpeakerView, StoreError

log = logging.getLogger("lbtui.agent")

PUBLISH_SECONDS = 1.0
"""At most one round of publishing in this time: status objects cost the control plane."""


@dataclass(slots=True)
class AgentState:
    """What probes and metrics tell of an agent."""

    generation: int = 0
    """Of the configuration that the speaker took last; 0: none yet."""
    refusal: str = ""
    """Why what is in the cluster now is not announced; empty: it is."""
    outages: dict[str, str] = field(default_factory=dict)
    """Kind → why it cannot be followed now."""
    sessions: tuple[LiveSession, ...] = ()


class NodeAgent:
    """Ties one API server to one speaker, for one node."""

    def __init__(
        self,
        connection: Connection,
        speaker: Speaker,
        node: str,
        namespace: str,
        backend: str,
        options: Options,
        pace: Pace | None = None,
        owners: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Take the parts; `namespace` is MetalLB's. Nothing is read or announced yet.

        What is published goes with `owners` (ownerReferences): the pod, if this is one.
        """
        self._connection, self._speaker = connection, speaker
        self._node, self._namespace, self._backend = node, namespace, backend
        self._options, self._pace = options, pace or Pace()
        self._tables: RouteTables | None = None
        self._wanted: Announcements | None = None
        self._reported = asyncio.Event()
        selector = selector_of(node)
        self._services, self._sessions, self._verdict = (
            Publisher(connection, kind, namespace, selector, owners)
            for kind in (SERVICE_BGP_STATUS, BGP_SESSION_STATE, CONFIGURATION_STATE)
        )
        self._has_judged = False
        self.state = AgentState()

    async def run(self) -> None:
        """Do it until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._announce())
            tasks.create_task(self._watch_speaker())
            tasks.create_task(self._publish())

    # ---- what is wanted ------------------------------------------------------------------------

    async def _announce(self) -> None:
        held, unread = HeldObjects(self._namespace), {kind.name for kind in ANNOUNCING}
        following = rounds(self._connection, ANNOUNCING, self._namespace_of, self._pace, {})
        async with aclosing(following):
            async for gathered in following:
                unread -= {kind.name for kind, one in gathered if isinstance(one, Listed)}
                self._note_outages(gathered)
                if held.take(gathered) and not unread:
                    # A part of the cluster would withdraw what the rest asks for.
                    await self._take(held)

    def _namespace_of(self, kind: ApiKind) -> str:
        return self._namespace if kind.scope == "metallb" else ""

    def _note_outages(self, gathered: list[tuple[ApiKind, Message]]) -> None:
        for kind, message in gathered:
            if isinstance(message, Failed):
                if kind.name not in self.state.outages:
                    log.warning("cannot follow %s: %s", kind.plural, message.error)
                self.state.outages[kind.name] = str(message.error)
            elif self.state.outages.pop(kind.name, None) is not None:
                log.info("follows %s again", kind.plural)

    async def _take(self, held: HeldObjects) -> None:
        """Announce what is held now, unless MetalLB's speaker would refuse it here."""
        await self._judge(held)
        self._has_judged = True
        self._reported.set()

    async def _judge(self, held: HeldObjects) -> None:
        snapshot = held.snapshot()
        config = resolve(snapshot.resources, self._backend, self._options).config
        tables = compile_routes(config, self._tables)
        self.state.refusal = _refusal(tables, self._node)
        if self.state.refusal:
            log.error("keeps what it announces: %s", self.state.refusal)
            return
        wanted = announce(tables, [self._node])
        for peer, secret in wanted.unsigned.items():
            log.error("no session to %s: Secret %s has no password to read", peer, secret)
        try:
            if wanted != self._wanted:
                self.state.generation = await self._speaker.apply(wanted)
        except SpeakerError as error:
            self.state.refusal = str(error)
            log.error("the speaker did not take the configuration: %s", error)
            return
        self._tables, self._wanted = tables, wanted
        if not gc.get_freeze_count():
            gc.freeze()  # a search for cycles would walk through the whole cluster again and again

    # ---- what came of it -----------------------------------------------------------------------

    async def _watch_speaker(self) -> None:
        async for view in self._speaker.watch():
            if not view.is_running:
                await self._start_speaker_again()
            sessions = _sessions_of(view, self._node)
            if sessions != self.state.sessions:
                for one in set(sessions) - set(self.state.sessions):
                    log.info("session to %s: %s %s", one.peer, one.state, one.detail)
                self.state.sessions = sessions
                self._reported.set()

    async def _start_speaker_again(self) -> None:
        """A speaker that has ended resumes what it announced last; tried again at the next view."""
        log.error("the speaker has ended; starting it again")
        try:
            await self._speaker.start()
        except SpeakerError as error:
            log.error("%s", error)

    async def _publish(self) -> None:
        """Publish whenever something changed; what failed is tried again."""
        pause = PUBLISH_SECONDS
        while True:
            await self._reported.wait()
            self._reported.clear()
            try:
                await self._publish_all()
                pause = PUBLISH_SECONDS
            except StoreError as error:
                log.warning("cannot publish its state: %s", error)
                self._reported.set()
                pause = min(2 * pause, self._pace.last_retry)
            await asyncio.sleep(pause)

    async def _publish_all(self) -> None:
        node, space = self._node, self._namespace
        if self._tables is not None:
            await self._services.publish(service_reports(self._tables, node, space))
        sessions = session_reports(self.state.sessions, node, space)
        await _publish_if_served(self._sessions, sessions)
        if self._has_judged:
            verdict = configuration_report(self.state.refusal, node, space)
            await _publish_if_served(self._verdict, (verdict,))


async def _publish_if_served(publisher: Publisher, wanted: Sequence[Manifest]) -> None:
    """Publish; without frr-k8s, or with an old MetalLB, there is no such kind."""
    try:
        await publisher.publish(wanted)
    except ApiError as error:
        if error.code != 404:
            raise


async def find_metallb_speaker(connection: Connection, namespace: str, node: str) -> str:
    """The pod of MetalLB's own speaker on a node; empty if none runs there. Raises StoreError."""
    query = {"fieldSelector": f"spec.nodeName={node}"}
    found = await connection.get(f"/api/v1/namespaces/{namespace}/pods", query)
    for pod in found.get("items") or ():
        spec, status = pod.get("spec") or {}, pod.get("status") or {}
        is_here = spec.get("nodeName") == node
        is_over = status.get("phase") in ("Succeeded", "Failed")
        if is_here and not is_over and any(map(_is_speaker, spec.get("containers") or ())):
            return str(pod["metadata"]["name"])
    return ""


def _is_speaker(container: dict[str, Any]) -> bool:
    """By its image: metallb/speaker, whatever the registry."""
    image = str(container.get("image", "")).rsplit("@", 1)[0].rsplit("/", 1)[-1]
    name = image.split(":", 1)[0]
    return name in ("speaker", "metallb-speaker")


def _refusal(tables: RouteTables, node: str) -> str:
    """Why MetalLB's speaker of the node would keep its last configuration; empty: it would not."""
    config = tables.config
    if node not in config.nodes or config.is_node_assumed:
        return f"there is no Node {node}"
    error = config.node_errors.get(node)
    if error is not None:
        return f"{error.code}: {error.message}"
    return tables.backend_errors.get(node, "")


def _sessions_of(view: SpeakerView, node: str) -> tuple[LiveSession, ...]:
    return tuple(
        LiveSession(
            row.node,
            row.address,
            str(row.detail.get("vrf") or ""),
            row.state,
            detail="" if row.state == "Established" else row.last_error,
        )
        for row in sorted(view.sessions, key=lambda row: row.id)
        if row.node == node
    )
