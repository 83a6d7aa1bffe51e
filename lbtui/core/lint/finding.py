"""What a lint rule finds."""

from __future__ import annotations

from typing import NamedTuple

from lbtui.core.objects.repairs import Repair
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.values.nodes import NodeSet


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
