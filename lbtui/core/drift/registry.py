"""All rules about drift, and the one function that runs them."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.diagnostics import Diagnostic
from lbtui.core.drift import additions, components, services, sessions
from lbtui.core.drift.difference import Difference, Drift
from lbtui.core.drift.sides import Sides
from lbtui.core.judging import CheckedRule

RULES: tuple[CheckedRule[Sides, Difference], ...] = tuple(
    member
    for topic in (components, sessions, services, additions)
    for member in vars(topic).values()
    if isinstance(member, CheckedRule)
)
"""Every rule, by topic; what explains the rest comes first."""


def find_drift(sides: Sides, now: float) -> tuple[Drift, ...]:
    """What is claimed or live and not as intended; `now` in seconds since the epoch.

    A source that is not known leaves the rules that need it silent. Work grows with the reports
    and with services and peers, not with nodes.
    """
    return tuple(_found(sides, now))


def _found(sides: Sides, now: float) -> Iterator[Drift]:
    for rule in RULES:
        for found in rule.check(sides):
            nodes = sides.nodes.names_of(found.nodes) if sides.knows_nodes else ()
            yield _drift(rule, found, nodes if found.nodes else (), now)


def _drift(
    rule: CheckedRule[Sides, Difference], found: Difference, nodes: tuple[str, ...], now: float
) -> Drift:
    diagnostic = Diagnostic(
        rule.severity, rule.code, found.message, ref=found.ref, fix=rule.remedy, nodes=nodes
    )
    return Drift(diagnostic, found.stamp.source, max(0.0, now - found.stamp.heard))
