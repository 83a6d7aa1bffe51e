"""Compares recorded route tables with lbtui's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lbtui.core import Options, compile_routes, load_resources, resolve
from lbtui.core.diagnostics import Severity
from lbtui.core.rules import RULES

KINDS = {
    "unknown-alias": "community-unknown-alias",
    "pool-invalid-range": "pool-invalid-cidr",
    "pool-range-family-or-order": "pool-invalid-cidr",
    "pool-mixed-range-crash": "panic",
}
"""lbtui's codes → the records' kinds, where they differ."""

COMPARED = {KINDS.get(rule.code, rule.code) for rule in RULES}
"""Kinds that have a code; others, such as "other", are not compared."""

FEW = 8
"""With more outcomes than this, a record may not hold all."""

NOTHING: Mapping[str, Any] = {}


def check(given: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Everything in which lbtui differs from the record."""
    manifests = [item for items in given["resources"].values() for item in items]
    manifests += given.get("services", []) + given.get("endpointslices", [])
    loaded = load_resources(manifests)
    options = given.get("options", {})
    config, diagnostics = resolve(
        loaded.resources,
        given["backend"],
        Options(
            ignore_exclude_lb=options.get("ignoreExcludeLB", False),
            load_balancer_class=options.get("loadBalancerClass"),
            secret_passthrough=options.get("frrk8sSecretPassthrough", False),
            assume_endpoints=False,
        ),
    )
    refused = [item for item in loaded.diagnostics if item.severity is Severity.ERROR]
    is_valid = config.is_valid and not refused
    found: list[str] = []
    if is_valid != expected["valid"]:
        codes = sorted({item.code for item in (*refused, *diagnostics)})
        found.append(f"valid is {is_valid}, {codes}, not {expected.get('error_kind', True)}")
    if expected.get("error_stage") in ("schema", "decode"):
        return found
    if refused:
        return [*found, f"refused by the schema: {sorted({item.code for item in refused})}"]
    found += _check_kind(given, expected, {item.code for item in diagnostics})
    tables = compile_routes(config)
    if config.is_node_assumed:
        return found
    document = tables.to_json()
    found += _check_node_errors(expected, document)
    service_errors = {
        name: dict.fromkeys(config.nodes.names_of(nodes), True)
        for name, nodes in tables.service_errors.items()
    }
    for node, sessions in document["nodes"].items():
        if node in expected.get("node_outcomes", NOTHING):
            found += _check_outcomes(node, sessions, document, service_errors, expected)
        else:
            found += _check_sessions(node, sessions, expected["nodes"].get(node, {}))
            found += _check_reasons(node, document, expected.get("service_reasons", {}))
    backend = dict.fromkeys(tables.backend_errors, True)
    if backend != expected.get("backend_errors", {}):
        found.append(f"back end refuses {sorted(backend)}, not {expected.get('backend_errors')}")
    if "node_outcomes" not in expected and service_errors != expected.get("service_errors", {}):
        found.append(f"service errors {service_errors}, not {expected.get('service_errors')}")
    return found


def _check_kind(
    given: Mapping[str, Any], expected: Mapping[str, Any], codes: set[str]
) -> list[str]:
    """With a single fault, the recorded kind must be among the codes."""
    faults = [note for note in given.get("notes", []) if note.startswith("fault:")]
    kinds = {expected.get("error_kind"), *expected.get("error_kinds", ())} & COMPARED
    own = {KINDS.get(code, code) for code in codes}
    if len(faults) > 1 or not kinds or kinds & own:
        return []
    return [f"codes {sorted(codes)}, not {sorted(kinds)}"]


def _check_node_errors(expected: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """The same nodes must be stopped, and the same ones not."""
    outcomes = expected.get("node_outcomes", {})
    theirs = set(expected.get("node_errors", {})) - set(outcomes)
    ours = set(document["nodeErrors"]) - set(outcomes)
    found = []
    for node in set(document["nodeErrors"]) & set(outcomes):
        if all(outcome.get("peers") is not None for outcome in outcomes[node]):
            found.append(f"{node} is stopped, which is none of its outcomes")
    if ours != theirs:
        found.append(f"nodes with errors {document['nodeErrors']}, not {sorted(theirs)}")
    missing = set(expected.get("nodes", {})) - set(document["nodes"]) - ours
    return found + [f"nodes {sorted(missing)} are missing"] * bool(missing)


def _routes(routes: list[Mapping[str, Any]], is_ours: bool) -> list[tuple[Any, ...]]:
    """Routes in a comparable form."""
    return sorted(
        (
            route["prefix"],
            route["localPref"],
            tuple(route["communities"]),
            tuple(route["largeCommunities"]),
            route["sentLocalPref" if is_ours else "wireLocalPref"],
        )
        if is_ours or "wireLocalPref" in route
        else (
            route["prefix"],
            route["localPref"],
            tuple(route["communities"]),
            tuple(route["largeCommunities"]),
        )
        for route in routes
    )


def _check_sessions(node: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """Peers, sessions and routes of one node."""
    if ours.keys() != theirs.keys():
        return [f"{node}: peers {sorted(ours)}, not {sorted(theirs)}"]
    found = []
    for peer, session in ours.items():
        want = theirs[peer]
        if session["session"] != want["session"]:
            found.append(f"{node}/{peer}: session {session['session']}")
        wanted = _routes(want["routes"], False)
        own = _routes(session["routes"], True)
        if wanted and len(wanted[0]) == 4:
            own = [route[:4] for route in own]
        if own != wanted:
            extra = [route for route in own if route not in wanted]
            missing = [route for route in wanted if route not in own]
            found.append(f"{node}/{peer}: extra {extra[:2]}, missing {missing[:2]}")
    return found


def _check_reasons(
    node: str, document: Mapping[str, Any], theirs: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """MetalLB's reason for every service on one node."""
    found = []
    services = {name for name, reasons in theirs.items() if node in reasons}
    if services != set(document["services"]):
        found.append(f"{node}: services {sorted(services ^ set(document['services']))}")
    for name in services & set(document["services"]):
        own = document["services"][name].get(node)
        if own != theirs[name][node]:
            found.append(f"{node}: {name} is {own!r}, not {theirs[name][node]!r}")
    return found


def _check_outcomes(
    node: str,
    sessions: Mapping[str, Any],
    document: Mapping[str, Any],
    service_errors: Mapping[str, Mapping[str, bool]],
    expected: Mapping[str, Any],
) -> list[str]:
    """One of the recorded outcomes of a node must be ours."""
    mismatches: list[str] = []
    for outcome in expected["node_outcomes"][node]:
        if outcome.get("peers") is None:
            continue
        found = _check_sessions(node, sessions, outcome.get("peers", {}))
        reasons = {name: {node: reason} for name, reason in outcome["service_reasons"].items()}
        found += _check_reasons(node, document, reasons)
        errors = {name: True for name, nodes in service_errors.items() if node in nodes}
        if errors != outcome.get("service_errors", {}):
            found.append(f"{node}: service errors {sorted(errors)}")
        if not found:
            return []
        mismatches = mismatches or found
    if len(expected["node_outcomes"][node]) > FEW:
        return []
    return [f"{node}: none of the outcomes: {mismatches[0]}"]
