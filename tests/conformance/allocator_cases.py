"""Compares recorded allocations with lbtui's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lbtui.core import Options, load_resources, resolve
from lbtui.core.allocation import (
    Controller,
    is_handled,
    open_controller,
    pool_uses,
    read_request,
    turn_order,
)
from lbtui.core.configuration.model import Configuration
from lbtui.core.diagnostics import Severity
from lbtui.core.objects.cluster_resources import Service
from tests.conformance.route_cases import COMPARED, KINDS

FEW = 8
"""With more outcomes than this, a record may not hold all."""


def check(given: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Everything in which lbtui differs from the record."""
    manifests = [item for items in given["resources"].values() for item in items]
    loaded = load_resources(manifests)
    options = Options(load_balancer_class=given.get("options", {}).get("loadBalancerClass"))
    config, diagnostics = resolve(loaded.resources, given["backend"], options)
    refused = [item for item in loaded.diagnostics if item.severity is Severity.ERROR]
    is_valid = config.is_valid and not refused
    if is_valid != expected["valid"]:
        return [f"valid is {is_valid}, not {expected.get('error_kind', True)}"]
    if not is_valid:
        kinds = {KINDS.get(item.code, item.code) for item in (*refused, *diagnostics)}
        kind = expected.get("error_kind")
        return [] if kind not in COMPARED or kind in kinds else [f"{kinds}, not {kind}"]
    controller = open_controller(loaded.resources, config)
    existing = [_Turn(controller, config, manifest) for manifest in given["existing"]]
    existing.sort(key=lambda turn: turn.order)
    ours: dict[str, Any] = {"existing_results": {turn.name: turn.take() for turn in existing}}
    last = _Turn(controller, config, given["service"])
    ours["result"] = last.take()
    ours["events"] = sorted(last.events)
    ours["counters"] = _counters(controller)
    is_said = any(turn.is_undefined for turn in (*existing, last))
    unsaid = ["nothing says that it depends on chance"]
    return _compare(ours, expected) + unsaid * (expected["nondeterministic"] and not is_said)


def _compare(ours: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Against the record, or against each of its outcomes."""
    outcomes = expected.get("outcomes") or [expected]
    differences = [_differences(ours, outcome) for outcome in outcomes]
    if [] in differences or len(outcomes) > FEW:
        return []
    return min(differences, key=len)


def _differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    wanted = {**theirs, "events": sorted(event["reason"] for event in theirs["events"])}
    return [f"{k}: {own}, not {wanted[k]}" for k, own in ours.items() if own != wanted[k]]


class _Turn:
    """One service's turn, as the records tell of it."""

    def __init__(
        self, controller: Controller, config: Configuration, manifest: Mapping[str, Any]
    ) -> None:
        self._controller = controller
        (service,) = load_resources([manifest]).resources.all(Service)
        self._service = service
        self._is_handled = is_handled(service, config)
        self.name = f"{service.metadata.namespace}/{service.metadata.name}"
        self.order = turn_order(service)
        self.events: tuple[str, ...] = ()
        self.is_undefined = False

    def take(self) -> dict[str, Any]:
        """The result."""
        if self._service.spec.type != "LoadBalancer":
            return {"ips": [], "pool": ""}
        if not self._is_handled:
            return {"error": True, "ips": [], "pool": ""}
        outcome = self._controller.handle(read_request(self.name, self._service))
        self.events = outcome.events
        self.is_undefined = outcome.is_undefined
        error = {"error": True} if outcome.is_failed else {}
        return {"ips": list(outcome.addresses), "pool": outcome.pool, **error}


def _counters(controller: Controller) -> dict[str, dict[str, int]]:
    return {
        use.pool: {
            f"{what}IPv{family}": count
            for family in (4, 6)
            for what, count in (
                ("assigned", use.assigned[family]),
                ("available", use.available(family)),
            )
        }
        for use in pool_uses(controller, controller.pools.values())
    }
