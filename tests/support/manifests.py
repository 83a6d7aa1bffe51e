"""Manifests of a small cluster: two nodes, an iBGP and an eBGP peer, one service."""

from __future__ import annotations

from pathlib import Path

from tests.support.loopback import PORT, address

NODES = """\
apiVersion: v1
kind: Node
metadata:
  name: node-a
status:
  addresses:
  - type: InternalIP
    address: 192.0.2.11
---
apiVersion: v1
kind: Node
metadata:
  name: node-b
status:
  addresses:
  - type: InternalIP
    address: 192.0.2.12
"""
POOLS = """\
# Bought in 2019.
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: public
  namespace: metallb-system
spec:
  addresses:
  - 198.51.100.0/24
"""
PEERS = """\
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata:
  name: tor
  namespace: metallb-system
spec:
  myASN: 64512
  peerASN: 64512
  peerAddress: 192.0.2.1
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata:
  name: edge
  namespace: metallb-system
spec:
  myASN: 64512
  peerASN: 64600
  peerAddress: 192.0.2.2
"""
ADVERTISEMENTS = """\
# Every address by itself, inside the data centre only.
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata:
  name: local
  namespace: metallb-system
spec:
  ipAddressPools: [public]
  localPref: 100   # the other site sends 90
  communities:
  - NO_ADVERTISE
  - large:64512:1:10
  peers: [tor]
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata:
  name: external
  namespace: metallb-system
spec:
  ipAddressPools: [public]
  aggregationLength: 24
  peers: [edge]
"""
COMMUNITIES = """\
apiVersion: metallb.io/v1beta1
kind: Community
metadata:
  name: well-known
  namespace: metallb-system
spec:
  communities:
  - name: NO_ADVERTISE
    value: 65535:65282
"""
SERVICES = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: default
spec:
  type: LoadBalancer
  clusterIP: 203.0.113.80
  ports:
  - port: 80
status:
  loadBalancer:
    ingress:
    - ip: 198.51.100.10
"""
ENDPOINTS = """\
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: web-1
  namespace: default
  labels:
    kubernetes.io/service-name: web
addressType: IPv4
endpoints:
- addresses: [203.0.113.130]
  nodeName: node-a
  conditions: {ready: true}
"""
FILES = {
    "nodes.yaml": NODES,
    "pools.yaml": POOLS,
    "peers.yaml": PEERS,
    "advertisements.yaml": ADVERTISEMENTS,
    "communities.yaml": COMMUNITIES,
    "services.yaml": SERVICES,
    "endpoints.yaml": ENDPOINTS,
}


def write_cluster(folder: Path, *, without: tuple[str, ...] = ()) -> Path:
    """Write the cluster's files into `folder`, all but those in `without`; the folder."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        if name not in without:
            (folder / name).write_text(text)
    return folder


def write_loopback_cluster(folder: Path) -> Path:
    """The cluster with one node and the iBGP peer only, both on loopback addresses; the folder.

    The node is `address(11)`, the peer `address(1)` on port `PORT`.
    """
    write_cluster(folder)
    edit_first(folder / "nodes.yaml", "192.0.2.11", address(11))
    peer = f"{address(1)}\n  peerPort: {PORT}\n  connectTime: 1s"
    edit_first(folder / "peers.yaml", "192.0.2.1", peer)
    return folder


def edit_first(file: Path, old: str, new: str) -> None:
    """Keep only the first document of the file, with text replaced in it."""
    file.write_text(file.read_text().split("---\n")[0])
    edit(file, old, new)


def edit(file: Path, old: str, new: str) -> None:
    """Replace text that must be in the file exactly once."""
    text = file.read_text()
    assert text.count(old) == 1, f"{file.name} has {text.count(old)} of {old!r}"
    file.write_text(text.replace(old, new))
