"""Compares recorded route tables with lbtui's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lbtui.core import Analysis, Options, analyse, load_resources, preview_document
from lbtui.core.configuration.admission import CONTROLLER, refusals
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.decode import Loaded
from lbtui.core.routing.status import status_peers
from lbtui.core.rules import RULES

KINDS = {
    "unknown-alias": "community-unknown-alias",
    "pool-invalid-range": "pool-invalid-cidr",
    "pool-range-family-or-order": "pool-invalid-cidr",
    "pool-mixed-range-crash": "panic",
    "frr-k8s-password-and-secret": "other",
}
"""lbtui's codes → the records' kinds, where they differ."""

COMPARED = {KINDS.get(rule.code, rule.code) for rule in RULES}
"""Kinds that have a code; others, such as "other", are not compared."""

NEED_ANOTHER = {"unknown-alias", "peer-unknown-bfd-profile", "peer-secret-not-found"}
"""Codes of what another object could cure: MetalLB's transient errors."""

FEW = 8
"""With more outcomes than this, a record may not hold all."""

NOTHING: Mapping[str, Any] = {}


def check(given: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Everything in which lbtui differs from the record."""
    manifests = [item for items in given["resources"].values() for item in items]
    manifests += given.get("services", []) + given.get("endpointslices", [])
    loaded = load_resources(manifests)
    analysis = analyse(loaded.resources, given["backend"], options_of(given))
    if expected.get("error_stage") in ("schema", "decode"):
        return list(_check_schema(loaded, analysis, expected))
    checked = _Case(given, expected, loaded, analysis)
    return list(checked.mismatches())


def options_of(given: Mapping[str, Any]) -> Options:
    """How MetalLB was started."""
    options = given.get("options", NOTHING)
    return Options(
        ignore_exclude_lb=options.get("ignoreExcludeLB", False),
        load_balancer_class=options.get("loadBalancerClass"),
        secret_passthrough=options.get("frrk8sSecretPassthrough", False),
        assume_endpoints=False,
    )


def _check_schema(loaded: Loaded, analysis: Analysis, expected: Mapping[str, Any]) -> Iterator[str]:
    """The API server, or MetalLB's decoder, must refuse the very objects of the record."""
    errors = [
        item
        for item in (*loaded.diagnostics, *analysis.diagnostics)
        if item.severity is Severity.ERROR and item.ref is not None
    ]
    ours = {(item.ref.kind, item.ref.name) for item in errors if item.ref}
    theirs = {(item["kind"], item["name"]) for item in expected.get("schema_errors", ())}
    if not errors or not theirs <= ours:
        yield f"refused are {sorted(ours)}, not {sorted(theirs)}"
    refused = {(d.ref.kind, d.ref.name) for d in loaded.diagnostics if d in errors and d.ref}
    if not refused <= theirs:
        yield f"the schema refuses {sorted(refused)}, not {sorted(theirs)}"


def _kind(diagnostic: Diagnostic | None) -> str | None:
    """The record's kind for a finding."""
    return KINDS.get(diagnostic.code, diagnostic.code) if diagnostic else None


class _Case:
    """One case that the API server accepts."""

    def __init__(
        self,
        given: Mapping[str, Any],
        expected: Mapping[str, Any],
        loaded: Loaded,
        analysis: Analysis,
    ) -> None:
        self._given = given
        self._expected = expected
        self._loaded = loaded
        self._analysis = analysis
        self._config = analysis.config
        self._tables = analysis.tables
        self._document = preview_document(self._tables)
        faults = [note for note in given.get("notes", ()) if note.startswith("fault:")]
        self._has_single_fault = len(faults) < 2
        self._outcomes: Mapping[str, Any] = expected.get("node_outcomes", NOTHING)

    def mismatches(self) -> Iterator[str]:
        """All differences."""
        refused = [d for d in self._loaded.diagnostics if d.severity is Severity.ERROR]
        if refused:
            yield f"refused by the schema: {sorted({item.code for item in refused})}"
            return
        yield from self._verdict()
        yield from self._judges()
        yield from self._pruned()
        yield from self._chance()
        if self._config.is_node_assumed:
            return
        yield from self._node_errors()
        yield from self._nodes()
        yield from self._backend_errors()

    def _verdict(self) -> Iterator[str]:
        """Whether MetalLB accepts, and for what it refuses."""
        refusal = self._config.refusal
        kinds = {self._expected.get("error_kind"), *self._expected.get("error_kinds", ())}
        if (refusal is None) != self._expected["valid"]:
            yield f"refused for {refusal and refusal.message}, not for {kinds}"
        elif refusal is not None and kinds & COMPARED and self._has_single_fault:
            if _kind(refusal) not in kinds:
                yield f"refused for {refusal.code}, not for {kinds}"
            elif (refusal.code in NEED_ANOTHER) != self._expected.get("transient", False):
                yield f"{refusal.code}: another object could cure it, or not"

    def _judges(self) -> Iterator[str]:
        """The webhooks and the controller."""
        found = refusals(self._analysis.resources, self._config.backend, self._config.options)
        ours = {judge.lower(): refusal for judge, refusal in found.items()}
        theirs = {**self._expected["webhooks"], CONTROLLER: self._expected["controller"]}
        for judge, verdict in theirs.items():
            refusal = ours[judge]
            kind = verdict.get("error_kind")
            if (refusal is None) != verdict["valid"] or (
                kind in COMPARED and self._has_single_fault and _kind(refusal) != kind
            ):
                yield f"{judge}: {_kind(refusal)}, not {verdict.get('error_kind')}"

    def _pruned(self) -> Iterator[str]:
        """Fields that the API server drops."""
        ours = {
            f"{item.ref.kind}/{item.ref.name}: {item.path}"
            for item in self._loaded.diagnostics
            if item.code in ("unknown-field", "localpref-spelling") and item.ref
        }
        if ours != set(self._expected.get("pruned_fields", ())):
            yield f"dropped are {sorted(ours)}, not {self._expected.get('pruned_fields')}"

    def _chance(self) -> Iterator[str]:
        """What depends on chance must be said to; which error is met first is not a matter."""
        is_said = any(item.code == "undefined-order" for item in self._analysis.diagnostics)
        for node, outcomes in self._outcomes.items():
            seen = [{**outcome, "node_error": None} for outcome in outcomes]
            if any(outcome != seen[0] for outcome in seen) and not is_said:
                yield f"nothing says that {node} depends on chance"

    def _node_errors(self) -> Iterator[str]:
        """The same nodes must be stopped, for the same reason, and the same ones not."""
        theirs = {
            node: error
            for node, error in self._expected.get("node_errors", NOTHING).items()
            if node not in self._outcomes
        }
        ours = {n: e for n, e in self._config.node_errors.items() if n not in self._outcomes}
        if ours.keys() != theirs.keys():
            yield f"nodes with errors are {ours}, not {sorted(theirs)}"
            return
        for node, error in ours.items():
            kind = theirs[node]["error_kind"]
            own = KINDS.get(error.code, error.code)
            if kind in COMPARED and own != kind and self._has_single_fault:
                yield f"{node} is stopped by {error.code}, not {kind}"

    def _nodes(self) -> Iterator[str]:
        """Sessions, routes and reasons, node by node."""
        missing = self._expected["nodes"].keys() - self._document["nodes"].keys()
        if missing - self._outcomes.keys():
            yield f"nodes {sorted(missing)} are missing"
        for node in self._tables.nodes.names:
            if node in self._outcomes:
                yield from self._one_of(node)
            elif node in self._expected["nodes"]:
                yield from self._as(node, self._recorded(node))

    def _recorded(self, node: str) -> dict[str, Any]:
        """What the record says of one node, in the form of an outcome."""
        parts = {
            what: {
                service: by_node[node]
                for service, by_node in self._expected.get(what, NOTHING).items()
                if node in by_node
            }
            for what in ("service_reasons", "service_peers", "service_errors")
        }
        return {"peers": self._expected["nodes"][node], **parts}

    def _one_of(self, node: str) -> Iterator[str]:
        """One of the outcomes seen must be lbtui's."""
        outcomes = self._outcomes[node]
        found = [list(self._as(node, outcome)) for outcome in outcomes]
        if [] not in found and len(outcomes) <= FEW:
            yield f"none of the outcomes: {min(found, key=len)[0]}"

    def _as(self, node: str, wanted: Mapping[str, Any]) -> Iterator[str]:
        """Every difference of one node from an outcome."""
        is_stopped = wanted["peers"] is None
        if is_stopped != (node in self._config.node_errors):
            yield f"{node}: stopped by {self._config.node_errors.get(node)}"
        if is_stopped or node not in self._document["nodes"]:
            return
        yield from _sessions(node, self._document["nodes"][node], wanted["peers"])
        reasons = {n: own[node] for n, own in self._document["services"].items()}
        ours = {"service_reasons": reasons, "service_peers": self._status(node)}
        bit = self._tables.nodes.bit(node)
        ours["service_errors"] = {
            name: True for name, nodes in self._tables.service_errors.items() if nodes & bit
        }
        for what, own in ours.items():
            if own != wanted.get(what, NOTHING):
                yield f"{node}: {what} {own}, not {wanted.get(what)}"

    def _status(self, node: str) -> dict[str, list[str]]:
        """Service → peers in its status on one node."""
        listed = {name: status_peers(self._tables, name) for name in self._tables.services}
        return {name: list(peers[node]) for name, peers in listed.items() if node in peers}

    def _backend_errors(self) -> Iterator[str]:
        """Nodes whose whole configuration frr-k8s refuses."""
        ours = self._tables.backend_errors.keys() - self._outcomes.keys()
        theirs = self._expected.get("backend_errors", NOTHING).keys() - self._outcomes.keys()
        if ours != theirs:
            yield f"frr-k8s refuses {sorted(ours)}, not {sorted(theirs)}"


def _sessions(node: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    """Peers, sessions and routes of one node."""
    if ours.keys() != theirs.keys():
        yield f"{node}: peers {sorted(ours)}, not {sorted(theirs)}"
        return
    for peer, session in ours.items():
        want = theirs[peer]
        if session["session"] != want["session"]:
            yield f"{node}/{peer}: session {session['session']}"
        own = {route["prefix"]: route for route in session["routes"]}
        wanted = {route["prefix"]: route for route in want["routes"]}
        if own.keys() != wanted.keys() or len(own) != len(session["routes"]):
            yield f"{node}/{peer}: prefixes {sorted(own)}, not {sorted(wanted)}"
            continue
        for prefix, route in own.items():
            yield from _attributes(f"{node}/{peer} {prefix}", route, wanted[prefix])


def _attributes(where: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    """Every attribute of one route that the record has."""
    names = {"wireLocalPref": "sentLocalPref"}
    for field, value in theirs.items():
        own = ours.get(names.get(field, field))
        if field != "localPrefs" and own != value:
            yield f"{where}: {field} {own}, not {value}"
