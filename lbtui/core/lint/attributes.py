"""Local preferences: where they are not sent, and where routes of several pools meet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from lbtui.core.configuration.model import Advertisement
from lbtui.core.judging import INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import listed
from lbtui.core.routing.tables import Row
from lbtui.core.rules.backend import has_password_and_secret


@rule(
    "local-pref-ebgp",
    INFO,
    meaning="localPref has no effect: all peers of the advertisement are of other ASes.",
    remedy="Use a community that the router maps to a preference.",
    source="RFC 4271 section 5.1.5: LOCAL_PREF is never sent to external peers",
)
def local_pref_ebgp(facts: Facts) -> Iterator[Finding]:
    """Only where no peer is internal."""
    for index, advertisement in enumerate(facts.config.advertisements):
        receivers = facts.receivers[index]
        if not advertisement.local_pref or not receivers or any(p.is_ibgp for p in receivers):
            continue
        names = dict.fromkeys(peer.name for peer in receivers)
        others = "are of other ASes" if len(names) > 1 else "is of another AS"
        message = (
            f"localPref {advertisement.local_pref} of {advertisement.ref} is sent to nobody: "
            f"{listed(names)} {others}"
        )
        fix = "Use a community that the router maps to a preference."
        yield Finding(advertisement.ref, "spec.localPref", message, fix)


@rule(
    "local-pref-zero",
    WARNING,
    meaning="Native mode sends LOCAL_PREF 0 where localPref is unset: routers prefer all others.",
    remedy="Set localPref to 100, which is what routers assume.",
    source="MetalLB internal/bgp/native/messages.go encodePathAttrs; FRR modes send none then",
)
def local_pref_zero(facts: Facts) -> Iterator[Finding]:
    """native, towards internal peers."""
    if facts.config.backend != "native":
        return
    for index, advertisement in enumerate(facts.config.advertisements):
        internal = [peer.name for peer in facts.receivers[index] if peer.is_ibgp]
        if internal and not advertisement.local_pref:
            message = (
                f"{advertisement.ref} has no localPref, so native mode sends LOCAL_PREF 0 to "
                f"{listed(dict.fromkeys(internal))}: any other path wins, and under FRR it would "
                "be the router's 100"
            )
            yield Finding(advertisement.ref, "spec.localPref", message, "Set localPref to 100.")


def _meetings(facts: Facts) -> Iterator[tuple[Row, int, frozenset[int]]]:
    """Rows with several localPrefs, the nodes that send them, and the values."""
    if not any(_may_meet(facts, *pair) for pair in combinations(facts.config.advertisements, 2)):
        return
    counts_zero = facts.config.backend == "native"
    nodes_of: dict[int, int] = {}
    tables: dict[int, tuple[Row, ...]] = {}
    for peer in facts.config.peers:
        table = facts.tables.rows(peer)
        tables[id(table)] = table
        nodes_of[id(table)] = nodes_of.get(id(table), 0) | peer.nodes
    found: dict[Row, int] = {}
    values: dict[tuple[int, ...], frozenset[int]] = {}
    for key, table in tables.items():
        active = nodes_of[key] & facts.config.active_nodes
        for row in table:
            if len(row.advertisements) < 2 or not row.nodes & active:
                continue
            if row.advertisements not in values:
                prefs = (facts.config.advertisements[i].local_pref for i in row.advertisements)
                values[row.advertisements] = frozenset(p for p in prefs if p or counts_zero)
            if len(values[row.advertisements]) > 1:
                found[row] = found.get(row, 0) | row.nodes & active
    for row, nodes in found.items():
        yield row, nodes, values[row.advertisements]


def _may_meet(facts: Facts, first: Advertisement, second: Advertisement) -> bool:
    """Whether two advertisements could give one prefix different localPrefs."""
    lengths = ((first.length_v4, second.length_v4), (first.length_v6, second.length_v6))
    return bool(
        first.local_pref != second.local_pref
        and first.nodes & second.nodes
        and (not first.peers or not second.peers or first.peers & second.peers)
        and any(one == other for one, other in lengths)
    )


def _conflict(facts: Facts, row: Row, nodes: int, message: str) -> Finding:
    first = facts.config.advertisements[row.advertisements[0]].ref
    return Finding(first, "spec.localPref", message, "Give them the same localPref.", nodes)


@rule(
    "undefined-order",
    WARNING,
    meaning="What MetalLB does depends on the order in which it happens to see objects.",
    remedy="Remove what contradicts; lbtui shows one of the possible outcomes.",
    source="MetalLB internal/bgp/native/native.go Set: the first service's route stays",
)
def undefined_order(facts: Facts) -> Iterator[Finding]:
    """Several localPrefs under native; too many communities; a session that cannot be made."""
    if facts.config.backend == "native":
        for row, nodes, _ in _meetings(facts):
            refs = [facts.config.advertisements[i] for i in row.advertisements]
            values = ", ".join(f"{one.name} {one.local_pref}" for one in refs)
            message = (
                f"{row.prefix} is announced with several localPrefs ({values}); native mode keeps "
                "that of the service it sees first, which is chance: one of them is shown here"
            )
            yield _conflict(facts, row, nodes, message)
    if facts.tables.undefined_nodes:
        message = (
            f"too many communities stop {listed(facts.tables.service_errors)}; which routes get "
            "out before that depends on the order of services and peers: one outcome is shown here"
        )
        ref = next(
            (one.ref for one in facts.config.advertisements if len(one.communities) > 63), None
        )
        path = "spec.communities" if ref else ""
        fix = "Keep each route to 63 communities."
        yield Finding(ref, path, message, fix, facts.tables.undefined_nodes)
    yield from _sessions_by_chance(facts)


def _sessions_by_chance(facts: Facts) -> Iterator[Finding]:
    """The peers whose session frr-k8s mode cannot make; others may have been made before."""
    failing = {
        node: error
        for node, error in facts.config.node_errors.items()
        if error.code == "frr-k8s-password-and-secret"
    }
    if failing:
        message = (
            f"a session that cannot be made stops {listed(failing)}; whether sessions and routes "
            "are there before that depends on the order of events: none is shown here"
        )
        nodes = facts.config.nodes.mask_of(failing)
        ref = next(ref for ref, peer in facts.written_peers if has_password_and_secret(peer.spec))
        yield Finding(ref, "spec.passwordSecret", message, "Remove passwordSecret.", nodes)


@rule(
    "local-pref-text-order",
    WARNING,
    meaning="Of several localPrefs for a prefix frr sends the last in text order: 50 beats 1000.",
    remedy="Give the advertisements the same localPref.",
    source="MetalLB internal/bgp/frr/templates: route-map entries stand in the order of list names",
)
def local_pref_text_order(facts: Facts) -> Iterator[Finding]:
    """frr; frr-k8s refuses the node's configuration, which is an error of its own."""
    for row, nodes, values in _meetings(facts) if facts.config.backend == "frr" else ():
        winner = max(values, key=str)
        message = (
            f"{row.prefix} is announced with the localPrefs {listed(sorted(values))}; FRR sends "
            f"{winner}, the last of them as text"
        )
        yield _conflict(facts, row, nodes, message)
