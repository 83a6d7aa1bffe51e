"""What one may change, as the API server says itself: SelfSubjectRulesReview.

Source: kubernetes.io/docs/reference/kubernetes-api/authorization-resources/. What may be read
shows when it is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.kinds import METALLB, ApiKind
from lbtui.adapters.cluster.roles import WRITING
from lbtui.ports import StoreError

_API = "/apis/authorization.k8s.io/v1"
_VERSION = "authorization.k8s.io/v1"


Forbidden = Mapping[str, tuple[str, ...]]
ALL_PERMITTED: Forbidden = {}


async def forbidden_writes(
    connection: Connection, namespace: str, before: Forbidden = ALL_PERMITTED
) -> Forbidden:
    """Name of a kind → verbs that are not permitted in MetalLB's namespace; empty: all are.

    Args:
        connection: to the API server, which is asked.
        namespace: MetalLB's.
        before: the answer if the server does not say. It judges each request itself, so at first
            everything is taken to be permitted.
    """
    spec = {"namespace": namespace}
    try:
        status = await _reviewed(connection, "SelfSubjectRulesReview", spec)
    except StoreError:
        return before
    rules = status.get("resourceRules") or ()
    missing = {
        kind.name: tuple(verb for verb in WRITING if not _is_allowed(rules, kind, verb))
        for kind in METALLB
    }
    missing = {kind: verbs for kind, verbs in missing.items() if verbs}
    if missing and status.get("incomplete"):
        return await _one_by_one(connection, namespace, missing)
    return missing


async def _one_by_one(
    connection: Connection, namespace: str, missing: Mapping[str, Iterable[str]]
) -> Mapping[str, tuple[str, ...]]:
    """Those that the server refuses when it is asked for each, as an authorizer of its own may."""
    kinds = {kind.name: kind for kind in METALLB}
    asked = [(name, verb) for name, verbs in missing.items() for verb in verbs]
    answers = await asyncio.gather(
        *(_is_refused(connection, kinds[name], verb, namespace) for name, verb in asked)
    )
    found: dict[str, tuple[str, ...]] = {}
    for (name, verb), is_refused in zip(asked, answers, strict=True):
        if is_refused:
            found[name] = (*found.get(name, ()), verb)
    return found


async def _is_refused(connection: Connection, kind: ApiKind, verb: str, namespace: str) -> bool:
    attributes = {"namespace": namespace, "verb": verb}
    attributes |= {"group": kind.group, "resource": kind.plural}
    spec = {"resourceAttributes": attributes}
    try:
        status = await _reviewed(connection, "SelfSubjectAccessReview", spec)
    except StoreError:
        return False
    return not status.get("allowed")


async def _reviewed(connection: Connection, kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    body = {"apiVersion": _VERSION, "kind": kind, "metadata": {}, "spec": spec}
    answer, _ = await connection.send("POST", f"{_API}/{kind.lower()}s", body)
    return dict(answer.get("status") or {})


def _is_allowed(rules: Iterable[Mapping[str, Any]], kind: ApiKind, verb: str) -> bool:
    """Of some object at least: which ones are named in the rule, the server judges."""
    return any(
        {"*", verb} & set(rule.get("verbs") or ())
        and {"*", kind.group} & set(rule.get("apiGroups") or ())
        and {"*", kind.plural} & set(rule.get("resources") or ())
        and not (verb == "create" and rule.get("resourceNames"))
        for rule in rules
    )
