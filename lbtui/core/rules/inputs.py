"""What the rules read: the resources in MetalLB's order, nodes, and the selectors over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from lbtui.core.configuration.model import BACKENDS, Options
from lbtui.core.configuration.nodes import NodeReading
from lbtui.core.objects.meta import LabelSelector
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import BGPAdvertisement, BGPPeer, IPAddressPool, MetalLBResource
from lbtui.core.rules.findings import Findings
from lbtui.core.values.nodes import NodeSet
from lbtui.core.values.selectors import (
    LabelIndex,
    Selector,
    SelectorError,
    compile_selector,
    identity,
)

M = TypeVar("M", bound=MetalLBResource)


class Inputs:
    """One set of resources under one back end, and the findings about it so far."""

    def __init__(
        self, resources: ResourceSet, nodes: NodeReading, backend: str, options: Options
    ) -> None:
        """Sort and index; ValueError if there is no such back end."""
        if backend not in BACKENDS:
            raise ValueError(f"back end {backend!r} is none of {', '.join(BACKENDS)}")
        self.resources = resources
        self._left_out: set[ResourceRef] = set()
        self.backend = backend
        self.options = options
        self.is_node_assumed = nodes.is_assumed
        self.nodes = nodes.nodes
        self.node_labels = nodes.labels
        self.pools = self.sorted(IPAddressPool)
        self.pool_labels = LabelIndex(pool.metadata.labels for _, pool in self.pools)
        self.findings = Findings(self.nodes, self.is_node_assumed)
        self._nodes_of: dict[ResourceRef, NodeSet | None] = {}

    def sorted(self, kind: type[M]) -> tuple[tuple[ResourceRef, M], ...]:
        """Resources of a kind by name, equal names in the order read."""
        items = (item for item in self.resources.items(kind) if item[0] not in self._left_out)
        return tuple(sorted(items, key=lambda item: item[0].name))

    def leave_out(self, ref: ResourceRef) -> None:
        """Treat a resource as not there: the API server would not have let it in."""
        self._left_out.add(ref)

    def compile(
        self, selectors: Sequence[LabelSelector], ref: ResourceRef, path: str, nodes: NodeSet | None
    ) -> tuple[Selector, ...] | None:
        """Compile a list of selectors; None if one is broken, which is reported once."""
        compiled: list[Selector] = []
        is_broken = False
        for position, selector in enumerate(selectors):
            try:
                compiled.append(compile_selector(selector))
            except SelectorError as error:
                is_broken = True
                self.findings.error(
                    "selector-invalid",
                    f"{ref} has a selector that Kubernetes refuses: {error}",
                    ref=ref,
                    path=f"{path}[{position}].{error.path}",
                    fix="Correct the selector.",
                    nodes=nodes,
                )
        return None if is_broken else tuple(compiled)

    def nodes_of(self, selectors: Sequence[LabelSelector], ref: ResourceRef) -> NodeSet | None:
        """Nodes that a resource's spec.nodeSelectors choose; None if one of them is broken.

        Every speaker reads all node selectors first, so that a broken one stops all of them.
        """
        if ref not in self._nodes_of:
            compiled = self.compile(selectors, ref, "spec.nodeSelectors", None)
            mask = None if compiled is None else self.node_labels.any_of(compiled)
            self._nodes_of[ref] = mask
        return self._nodes_of[ref]

    def check_node_selectors(self) -> None:
        """selector-invalid: in a node selector it stops every speaker before all else."""
        for ref, peer in self.sorted(BGPPeer):
            self.nodes_of(peer.spec.node_selectors, ref)
        for ref, advertisement in self.sorted(BGPAdvertisement):
            self.nodes_of(advertisement.spec.node_selectors, ref)

    def check_duplicates(
        self, values: Sequence[str], ref: ResourceRef, path: str, nodes: NodeSet | None
    ) -> None:
        """list-duplicate: a list names the same thing twice; compared as text."""
        seen: set[str] = set()
        for position, value in enumerate(values):
            if value in seen:
                self.findings.error(
                    "list-duplicate",
                    f"{ref} lists {value!r} twice in {path}",
                    ref=ref,
                    path=f"{path}[{position}]",
                    fix="Remove one of the two.",
                    nodes=nodes,
                )
            seen.add(value)

    def check_selector_duplicates(
        self, selectors: Sequence[LabelSelector], ref: ResourceRef, path: str, nodes: NodeSet | None
    ) -> None:
        """selector-duplicate, selector-duplicate-expression, list-duplicate within selectors."""
        seen: set[object] = set()
        for position, selector in enumerate(selectors):
            here = f"{path}[{position}]"
            self._check_expressions(selector, ref, f"{here}.matchExpressions", nodes)
            key = identity(selector)
            if key in seen:
                self.findings.error(
                    "selector-duplicate",
                    f"{ref} has the same selector twice in {path}",
                    ref=ref,
                    path=here,
                    fix="Remove one of the two.",
                    nodes=nodes,
                )
            seen.add(key)

    def _check_expressions(
        self, selector: LabelSelector, ref: ResourceRef, path: str, nodes: NodeSet | None
    ) -> None:
        """The same expression twice in a selector, or the same value twice in an expression."""
        seen: set[object] = set()
        for position, expression in enumerate(selector.match_expressions):
            here = f"{path}[{position}]"
            self.check_duplicates(expression.values, ref, f"{here}.values", nodes)
            key = (expression.key, expression.operator, tuple(sorted(expression.values)))
            if key in seen:
                self.findings.error(
                    "selector-duplicate-expression",
                    f"{ref} has the same expression twice in one selector",
                    ref=ref,
                    path=here,
                    fix="Remove one of the two.",
                    nodes=nodes,
                )
            seen.add(key)
