"""Reads what components report about themselves in a cluster, each kind with its time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.following import list_all
from lbtui.adapters.cluster.kinds import (
    BGP_SESSION_STATE,
    CONFIGURATION_STATE,
    FRR_NODE_STATE,
    SERVICE_BGP_STATUS,
    ApiKind,
)
from lbtui.core.drift import Reported, decode_report
from lbtui.core.drift.gathered import Reports
from lbtui.core.drift.reports import (
    PoolReport,
    Report,
)
from lbtui.core.drift.sides import Stamp
from lbtui.ports import StoreError

_POOL = ApiKind(PoolReport, "ipaddresspools", "metallb")
_KINDS = (SERVICE_BGP_STATUS, CONFIGURATION_STATE, _POOL, BGP_SESSION_STATE, FRR_NODE_STATE)


async def read_reports(connection: Connection, namespace: str) -> Reports:
    """Read every kind of report; `namespace` is MetalLB's. What cannot be read is a problem."""
    answers = await asyncio.gather(*(_read(connection, kind, namespace) for kind in _KINDS))
    by_kind = {
        kind.name: reported
        for kind, (reported, _) in zip(_KINDS, answers, strict=True)
        if reported is not None
    }
    return Reports(by_kind, tuple(text for _, problems in answers for text in problems))


async def _read(
    connection: Connection, kind: ApiKind, namespace: str
) -> tuple[Reported[Report] | None, Iterable[str]]:
    # frr-k8s may run in a namespace of its own, so its kinds are looked for everywhere.
    space = namespace if kind is not BGP_SESSION_STATE else ""
    heard = time.time()
    try:
        items, _ = await list_all(connection, kind, space)
    except StoreError as error:
        return None, (f"{kind.name} is not known: {error}",)
    decoded = [decode_report(item) for item in items]
    facts = tuple(one.report for one in decoded if one.report is not None)
    return Reported(facts, Stamp(kind.name, heard)), [d.problem for d in decoded if d.problem]
