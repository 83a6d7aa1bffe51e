"""Next hops, and the addresses that sessions are dialled from."""

from __future__ import annotations

from lbtui.core.configuration.model import Configuration, Peer
from lbtui.core.values.addresses import Address, parse_address
from lbtui.core.values.nodes import NodeSet


class NextHops:
    """What nodes send as NEXT_HOP, as far as a configuration tells.

    The next hop is the session's local address: the peer's sourceAddress, else the node's
    InternalIP, each only if it is of the prefix's family.
    """

    def __init__(self, config: Configuration) -> None:
        """Keep what they follow from."""
        self._config = config
        self._known: dict[tuple[str, int], str | None] = {}
        self._peers: dict[str, list[Peer]] = {}
        for peer in config.peers:
            self._peers.setdefault(peer.name, []).append(peer)

    def of(self, node: str, peer: str, family: int) -> str | None:
        """The NEXT_HOP that `node` sends to `peer` in a family; None if it cannot be known."""
        bit = self._config.nodes.bit(node)
        for one in self._peers.get(peer, ()):
            source = one.source_address
            if one.nodes & bit and source is not None and source.family == family:
                return str(source)
        return self.node_address(node, family)

    def node_address(self, node: str, family: int) -> str | None:
        """The node's first InternalIP of a family."""
        place = (node, family)
        if place not in self._known:
            self._known[place] = self._first_address(node, family)
        return self._known[place]

    def _first_address(self, node: str, family: int) -> str | None:
        for text in self._config.node_addresses.get(node, ()):
            address = parse_address(text)
            if address is not None and address.family == family:
                return str(address)
        return None

    def sources(self, peer: str, nodes: NodeSet) -> list[tuple[Address | None, NodeSet]]:
        """What decides about next hops to a peer on some nodes, besides the nodes' addresses."""
        return [(one.source_address, one.nodes & nodes) for one in self._peers.get(peer, ())]
