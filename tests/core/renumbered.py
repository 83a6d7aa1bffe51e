"""What analyses say, with bits of nodes in name order, so that those of other bits compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from lbtui.core import RouteTables
from lbtui.core.configuration.model import EVERYWHERE, Configuration
from lbtui.core.routing.diff import RouteChange
from lbtui.core.routing.paths import Paths
from lbtui.core.routing.plans import Decision
from lbtui.core.routing.route import Route
from lbtui.core.values.nodes import NodeIndex, NodeSet


class Renumbered:
    """One configuration's node sets over an index of its own."""

    def __init__(self, nodes: NodeIndex) -> None:
        self._from, self._to = nodes, NodeIndex(nodes.names)

    def mask(self, mask: NodeSet) -> NodeSet:
        if mask == EVERYWHERE:
            return mask
        assert not mask & ~self._from.all, "no set holds a node that is gone"
        return self._to.mask_of(self._from.iterate(mask))

    def masks(self, items: Iterable[tuple[str, NodeSet]]) -> list[tuple[str, NodeSet]]:
        return [(key, self.mask(mask)) for key, mask in items]

    def config(self, config: Configuration) -> Configuration:
        return replace(
            config,
            nodes=self._to,
            network_unavailable=self.mask(config.network_unavailable),
            excluded=self.mask(config.excluded),
            peers=tuple(replace(one, nodes=self.mask(one.nodes)) for one in config.peers),
            advertisements=tuple(
                replace(one, nodes=self.mask(one.nodes)) for one in config.advertisements
            ),
            services=tuple(
                one._replace(endpoint_nodes=self.mask(one.endpoint_nodes))
                for one in config.services
            ),
        )

    def route(self, route: Route) -> Route:
        return msgspec.structs.replace(route, nodes=self.mask(route.nodes))

    def routes(self, routes: Iterable[Route]) -> list[Route]:
        return [self.route(one) for one in routes]

    def decision(self, one: Decision) -> Decision:
        return Decision(
            one.pool,
            tuple(self.masks(one.reasons)),
            self.mask(one.announcing),
            tuple((index, self.mask(mask)) for index, mask in one.parts),
        )

    def paths(self, paths: dict[str, Paths]) -> dict[str, Paths]:
        return {service: dict(self.masks(own.items())) for service, own in paths.items()}


def changes_of(
    changes: Iterable[RouteChange], old: RouteTables, new: RouteTables
) -> list[tuple[Route, Route]]:
    before, after = Renumbered(old.nodes), Renumbered(new.nodes)
    return [(before.route(one.before), after.route(one.after)) for one in changes]
