"""What a lint rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lbtui.core.diagnostics import Severity
from lbtui.core.lint.facts import Facts
from lbtui.core.objects.repairs import Repair
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.values.nodes import NodeSet

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


class Finding(NamedTuple):
    """One objection of a rule, before it gets the rule's code and severity."""

    ref: ResourceRef | None
    path: str
    message: str
    """What is there, and what will happen."""
    fix: str | None = None
    """What to do."""
    nodes: NodeSet | None = None
    """Nodes concerned; None: all, or not a matter of nodes."""
    edit: Repair | None = None
    """The edit that does what `fix` says."""
    needs_decision: bool = False
    """Whether the edit is one of several ways out, so that only a person may choose it."""


Check = Callable[[Facts], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class LintRule:
    """One code with all that is said about it, and the function that looks for it."""

    code: str
    severity: Severity
    meaning: str
    remedy: str
    source: str
    """Where the behaviour is from: a file of MetalLB, an RFC."""
    check: Check


def rule(
    code: str, severity: Severity, *, meaning: str, remedy: str, source: str
) -> Callable[[Check], LintRule]:
    """Make a rule of a function."""

    def make(check: Check) -> LintRule:
        return LintRule(code, severity, meaning, remedy, source, check)

    return make
