"""The demo cluster: valid, dual-stack, saved into a copy that goes away."""

from __future__ import annotations

from pathlib import Path

from lbtui.adapters.demo import DemoStore
from lbtui.core import compile_routes, resolve
from lbtui.core.editing.edit import set_field
from lbtui.core.objects.cluster_resources import Node, Service
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import BGPAdvertisement, BGPPeer, IPAddressPool

PACKAGED = Path(__file__).parents[2] / "lbtui" / "adapters" / "demo"


async def test_the_demo_is_valid_and_its_routes_are_dual_stack() -> None:
    store = DemoStore()
    snapshot = await store.load()
    assert snapshot.diagnostics == ()
    resolved = resolve(snapshot.resources, "frr-k8s")
    assert resolved.config.is_valid
    tables = compile_routes(resolved.config)
    assert set(tables.peers) == {peer.name for peer in snapshot.resources.all(BGPPeer)}
    families = {route.prefix.family for route in tables.all_routes()}
    assert families == {4, 6}
    for peer in tables.peers:
        assert tables.session_nodes[peer] and tables.peer_routes(peer)
    store.close()


async def test_the_demo_fits_the_lab() -> None:
    """Sessions dial from loopback addresses of their own to port 1790: no root is needed."""
    store = DemoStore()
    resources = (await store.load()).resources
    addresses = [
        [a.address for a in node.status.addresses if a.type == "InternalIP"]
        for node in resources.all(Node)
    ]
    assert len(addresses) == 6
    assert all(v4.startswith("127.0.0.") and ":" in v6 for v4, v6 in addresses)
    peers = resources.all(BGPPeer)
    assert len({peer.spec.peer_address for peer in peers}) == len(peers) >= 5
    for peer in peers:
        assert peer.spec.peer_address.startswith("127.0.0.1")
        assert (peer.spec.peer_port, peer.spec.dual_stack_address_family) == (1790, True)
    assert {peer.spec.peer_asn == peer.spec.my_asn for peer in peers} == {True, False}
    assert len(resources.all(Service)) >= 12
    store.close()


async def test_the_demo_has_a_few_mistakes_that_metallb_accepts() -> None:
    store = DemoStore()
    snapshot = await store.load()
    resources = snapshot.resources
    peers = {peer.name for peer in resources.all(BGPPeer)}
    named = {name for adv in resources.all(BGPAdvertisement) for name in adv.spec.peers}
    assert named - peers == {"transit-2"}
    tables = compile_routes(resolve(resources).config)
    reasons = {name: set(tables.reasons(name).values()) for name in tables.services}
    assert reasons["shop/legacy"] == {"noEndpoints"}
    assert reasons["lab/preview-env"] == {"noIPAllocated"}
    assert not tables.pool_routes("spare")
    assert {pool.name for pool in resources.all(IPAddressPool) if not pool.spec.auto_assign} == {
        "reserved",
        "spare",
    }
    store.close()


async def test_saving_changes_the_copy_and_the_copy_goes() -> None:
    packaged = {path.name: path.read_bytes() for path in PACKAGED.glob("*.yaml")}
    assert len(packaged) >= 6
    store = DemoStore()
    snapshot = await store.load()
    ref = ResourceRef("BGPAdvertisement", "metallb-system", "local")
    resource = snapshot.resources.get(ref)
    assert isinstance(resource, BGPAdvertisement)
    edited = set_field(resource, "spec.localPref", 120).resource
    assert edited is not None
    report = await store.save(snapshot.resources.with_resource(ref, edited))
    assert [Path(file).name for file in report.files] == ["advertisements.yaml"]
    changed = (store.folder / "advertisements.yaml").read_bytes()
    assert changed == packaged["advertisements.yaml"].replace(b"localPref: 100", b"localPref: 120")
    assert {path.name: path.read_bytes() for path in PACKAGED.glob("*.yaml")} == packaged
    assert "thrown away" in store.title
    store.close()
    assert not store.folder.exists()
