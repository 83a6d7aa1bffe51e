"""Collects what the rules find: for people as diagnostics, per node as the error that stops it."""

from __future__ import annotations

from lbtui.core.configuration.model import NodeError
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.values.nodes import NodeIndex, NodeSet


class Findings:
    """Errors in MetalLB's order; the first that concerns a node is what its speaker stops at."""

    def __init__(self, nodes: NodeIndex, is_node_assumed: bool) -> None:
        """Start with none."""
        self._nodes = nodes
        self._is_node_assumed = is_node_assumed
        self._diagnostics: list[Diagnostic] = []
        self._stopped: NodeSet = 0
        self.node_errors: dict[str, NodeError] = {}
        self.refusal: Diagnostic | None = None
        """The first for which MetalLB refuses all resources together."""

    def error(
        self,
        code: str,
        message: str,
        *,
        ref: ResourceRef | None = None,
        path: str = "",
        fix: str | None = None,
        nodes: NodeSet | None = None,
        is_set_refused: bool = True,
    ) -> None:
        """Report an error.

        Args:
            code: stable, kebab-case.
            message: what is wrong and what happens.
            ref: the resource to change.
            path: the field in it.
            fix: what to do.
            nodes: whose speakers stop at it; None: all of them.
            is_set_refused: whether MetalLB refuses all resources together because of it.
        """
        mask = self._nodes.all if nodes is None else nodes
        concerned = () if nodes is None or self._is_node_assumed else self._nodes.names_of(mask)
        diagnostic = Diagnostic(
            Severity.ERROR, code, message, ref=ref, path=path, fix=fix, nodes=concerned
        )
        self._diagnostics.append(diagnostic)
        if is_set_refused and self.refusal is None:
            self.refusal = diagnostic
        for name in self._nodes.iterate(mask & ~self._stopped):
            self.node_errors[name] = NodeError(code, message)
        self._stopped |= mask

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found, each once."""
        return tuple(dict.fromkeys(self._diagnostics))
