"""All lint rules, found in the modules of their topics, and the one function that runs them."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.diagnostics import Diagnostic
from lbtui.core.lint import (
    aggregates,
    allocation,
    attributes,
    communities,
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
from lbtui.core.lint.rule import Finding, LintRule
from lbtui.core.values.nodes import NodeSet

_TOPICS = (
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

RULES: tuple[LintRule, ...] = tuple(
    member for topic in _TOPICS for member in vars(topic).values() if isinstance(member, LintRule)
)
"""Every lint rule, by topic."""


def lint(facts: Facts) -> tuple[Diagnostic, ...]:
    """Everything that the rules object to; linear in resources, whatever the number of nodes."""
    return tuple(dict.fromkeys(_run(facts)))


def _run(facts: Facts) -> Iterator[Diagnostic]:
    names: dict[NodeSet | None, tuple[str, ...]] = {None: ()}
    for rule in RULES:
        for finding in rule.check(facts):
            mask = finding.nodes if facts.knows_nodes else None
            if mask not in names:
                names[mask] = facts.config.nodes.names_of(mask or 0)
            yield _diagnostic(rule, finding, names[mask])


def _diagnostic(rule: LintRule, finding: Finding, nodes: tuple[str, ...]) -> Diagnostic:
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
