from __future__ import annotations

from lbtui.core.objects.decode import load_resources
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import BGPAdvertisement, BGPPeer, Community, MetalLBResource
from lbtui.tui.form import Form, RowKey

MANIFESTS = [
    {
        "apiVersion": "metallb.io/v1beta2",
        "kind": "BGPPeer",
        "metadata": {"name": "tor", "namespace": "metallb-system"},
        "spec": {
            "myASN": 64512,
            "peerASN": 64512,
            "peerAddress": "192.0.2.1",
            "password": "fortytwo",
            "nodeSelectors": [{"matchLabels": {"rack": "a"}}],
        },
    },
    {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "BGPAdvertisement",
        "metadata": {"name": "local", "namespace": "metallb-system"},
        "spec": {"peers": ["tor"], "localPref": 100},
    },
    {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "Community",
        "metadata": {"name": "ours", "namespace": "metallb-system"},
        "spec": {"communities": [{"name": "a", "value": "64512:1"}]},
    },
]


def form_of(kind: type[MetalLBResource]) -> Form:
    loaded = load_resources(MANIFESTS)
    assert not loaded.diagnostics
    ref, resource = next(loaded.resources.items(kind))
    return Form(loaded.resources, resource, ref)


def resource(resources: ResourceSet | None, kind: str, name: str) -> MetalLBResource:
    assert resources is not None
    found = resources.get(ResourceRef(kind, "metallb-system", name))
    assert isinstance(found, MetalLBResource)
    return found


def test_untouched_form_changes_nothing() -> None:
    for kind in (BGPPeer, BGPAdvertisement, Community):
        form = form_of(kind)
        assert not form.is_modified
        assert form.draft().resources == form.resources


def test_text_that_comes_back_is_no_change() -> None:
    form = form_of(BGPAdvertisement)
    key = RowKey("spec.localPref")
    form.set_text(key, "200")
    assert form.is_modified
    form.set_text(key, "100")
    assert not form.is_modified


def test_new_name_follows_into_what_mentions_it() -> None:
    form = form_of(BGPPeer)
    form.set_text(RowKey("metadata.name"), "tor-a")
    draft = form.draft()
    assert draft.ref == ResourceRef("BGPPeer", "metallb-system", "tor-a")
    local = resource(draft.resources, "BGPAdvertisement", "local")
    assert isinstance(local, BGPAdvertisement) and local.spec.peers == ("tor-a",)


def test_every_wrong_field_is_told_at_once() -> None:
    form = form_of(BGPPeer)
    form.set_text(RowKey("spec.peerPort"), "x")
    form.set_text(RowKey("spec.holdTime"), "soon")
    form.set_text(RowKey("metadata.name"), "Not A Name")
    draft = form.draft()
    assert draft.resources is None
    assert set(draft.problems) == {"spec.peerPort", "spec.holdTime", "metadata.name"}


def test_secret_is_never_text_stays_when_untouched_and_can_be_removed() -> None:
    form = form_of(BGPPeer)
    key = RowKey("spec.password")
    assert form.text(key) == "" and form.default_text(key) == "set, hidden"
    form.set_text(RowKey("spec.peerPort"), "1790")
    peer = resource(form.draft().resources, "BGPPeer", "tor")
    assert isinstance(peer, BGPPeer) and peer.spec.password is not None
    assert peer.spec.password.reveal() == "fortytwo"
    form.unset(key)
    peer = resource(form.draft().resources, "BGPPeer", "tor")
    assert isinstance(peer, BGPPeer) and peer.spec.password is None


def test_selectors_are_text_both_ways() -> None:
    form = form_of(BGPPeer)
    key = RowKey("spec.nodeSelectors")
    assert form.text(key) == "rack=a"
    form.set_text(key, "rack in (a,b),!slow; role=edge")
    peer = resource(form.draft().resources, "BGPPeer", "tor")
    assert isinstance(peer, BGPPeer)
    first, second = peer.spec.node_selectors
    assert [e.operator for e in first.match_expressions] == ["In", "DoesNotExist"]
    assert second.match_labels == {"role": "edge"}


def test_records_are_lines_with_one_to_add() -> None:
    form = form_of(Community)
    keys = [key for key in form.keys() if key.path == "spec.communities"]
    assert [form.text(key) for key in keys] == ["a = 64512:1", ""]
    form.set_text(keys[1], "b = large:64512:1:2")
    form.set_text(keys[0], "")
    form.tidy()
    community = resource(form.draft().resources, "Community", "ours")
    assert isinstance(community, Community)
    assert [alias.name for alias in community.spec.communities] == ["b"]


def test_choices_go_round_through_empty() -> None:
    form = form_of(BGPPeer)
    key = RowKey("spec.dynamicASN")
    seen = []
    for _ in range(3):
        form.set_text(key, form.cycle(key))
        seen.append(form.text(key))
    assert seen == ["external", "internal", ""]
