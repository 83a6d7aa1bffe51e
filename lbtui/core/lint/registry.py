"""All lint rules, found in the modules of their topics, and the one function that runs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lbtui.core.diagnostics import Diagnostic
from lbtui.core.judging import CheckedRule
from lbtui.core.lint import (
    aggregates,
    allocation,
    attributes,
    communities,
    names,
    nodes,
    passwords,
    pools,
    reach,
    references,
    requests,
    resilience,
    services,
    session_addresses,
    session_backends,
    sessions,
)
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.watching import Reading, is_unchanged, watched
from lbtui.core.values.nodes import NodeSet

_TOPICS = (
    names,
    references,
    reach,
    sessions,
    session_addresses,
    session_backends,
    passwords,
    attributes,
    communities,
    aggregates,
    pools,
    allocation,
    services,
    requests,
    nodes,
    resilience,
)

RULES: tuple[CheckedRule[Facts, Finding], ...] = tuple(
    member
    for topic in _TOPICS
    for member in vars(topic).values()
    if isinstance(member, CheckedRule)
)
"""Every lint rule, by topic."""


class Linted(NamedTuple):
    """What a run found, and what it leaves to the next."""

    diagnostics: tuple[Diagnostic, ...]
    facts: Facts
    by_rule: Mapping[str, tuple[Reading, tuple[Diagnostic, ...]]]
    """Code → what the rule read, and what it found."""


def lint(facts: Facts, previous: Linted | None = None) -> Linted:
    """Everything that the rules object to; linear in resources, whatever the number of nodes.

    A rule runs again only if something that it read for `previous` is not the same any more.
    """
    by_rule: dict[str, tuple[Reading, tuple[Diagnostic, ...]]] = {}
    names: dict[NodeSet | None, tuple[str, ...]] = {None: ()}
    for rule in RULES:
        known = previous.by_rule.get(rule.code) if previous else None
        if known is None or not is_unchanged(facts, known[0]):
            readings: Reading = {}
            known = readings, tuple(_run(rule, watched(facts, readings), names))
        by_rule[rule.code] = known
    found = (diagnostic for _, own in by_rule.values() for diagnostic in own)
    return Linted(tuple(dict.fromkeys(found)), facts, by_rule)


def _run(
    rule: CheckedRule[Facts, Finding], facts: Facts, names: dict[NodeSet | None, tuple[str, ...]]
) -> Iterator[Diagnostic]:
    """The findings of one rule; `names` remembers the names of node sets."""
    index, knows_nodes = facts.config.nodes, facts.knows_nodes
    for finding in rule.check(facts):
        mask = finding.nodes if knows_nodes else None
        if mask not in names:
            names[mask] = index.names_of(mask or 0)
        yield _diagnostic(rule, finding, names[mask])


def _diagnostic(
    rule: CheckedRule[Facts, Finding], finding: Finding, nodes: tuple[str, ...]
) -> Diagnostic:
    """A finding with the code and severity of its rule."""
    return Diagnostic(
        rule.severity,
        rule.code,
        finding.message,
        ref=finding.ref,
        path=finding.path,
        fix=finding.fix,
        nodes=nodes,
        edit=finding.edit,
        needs_decision=finding.needs_decision,
    )
