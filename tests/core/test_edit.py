"""Edits of fields, as values and as text, and of the set."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbtui.core.editing.edit import (
    FieldProblem,
    Mention,
    add_resource,
    delete_resource,
    duplicate_resource,
    field_to_text,
    free_name,
    get_field,
    mentions,
    name_problem,
    new_resource,
    parse_field,
    rename_resource,
    set_field,
)
from lbtui.core.editing.fields import FieldSpec, field_at
from lbtui.core.objects.meta import Hidden, LabelSelector, LabelSelectorRequirement
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import (
    EDITABLE,
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
    L2Advertisement,
    MetalLBResource,
)
from lbtui.core.values.selector_text import parse_selector, selector_to_text

NAMESPACE = "metallb-system"


def spec_of(kind: type[MetalLBResource], path: str) -> FieldSpec:
    spec = field_at(kind, path)
    assert spec is not None
    return spec


def advertisement(**fields: Any) -> BGPAdvertisement:
    resource = new_resource(BGPAdvertisement, "local")
    for name, value in fields.items():
        edited = set_field(resource, f"spec.{name}", value).resource
        assert edited is not None
        resource = edited
    return resource


def test_a_field_is_set_and_read() -> None:
    resource = advertisement(localPref=100, peers=("a",))
    assert get_field(resource, "spec.localPref") == 100
    assert get_field(resource, "spec.peers[0]") == "a"
    assert get_field(resource, "spec.peers[1]") is None
    assert get_field(resource, "spec.colour") is None
    assert get_field(resource, "metadata.name") == "local"


def test_none_brings_the_default_back() -> None:
    resource = advertisement(localPref=100, aggregationLength=24)
    for path in ("spec.localPref", "spec.aggregationLength", "spec.peers"):
        edited = set_field(resource, path, None).resource
        assert edited is not None
        resource = edited
    assert resource == new_resource(BGPAdvertisement, "local")


def test_items_and_nested_fields_are_set() -> None:
    resource = advertisement(nodeSelectors=[{"matchLabels": {"rack": "a"}}])
    edited = set_field(resource, 'spec.nodeSelectors[0].matchLabels["a.b/zone"]', "z").resource
    assert edited is not None
    assert edited.spec.node_selectors[0].match_labels == {"rack": "a", "a.b/zone": "z"}
    edited = set_field(resource, "spec.nodeSelectors[1]", LabelSelector()).resource
    assert edited is not None and len(edited.spec.node_selectors) == 2
    edited = set_field(resource, "spec.nodeSelectors[0]", None).resource
    assert edited == new_resource(BGPAdvertisement, "local")


def test_an_optional_record_comes_and_goes_with_its_fields() -> None:
    pool = new_resource(IPAddressPool, "p")
    with_priority = set_field(pool, "spec.serviceAllocation.priority", 5).resource
    assert with_priority is not None
    assert get_field(with_priority, "spec.serviceAllocation.priority") == 5
    assert set_field(with_priority, "spec.serviceAllocation.priority", None).resource == pool
    assert set_field(pool, "spec.serviceAllocation.priority", None).resource == pool


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("spec.localPref", 2**31, "out-of-range"),
        ("spec.localPref", "100", "wrong-type"),
        ("spec.peers[0]", 1, "wrong-type"),
        ("metadata.name", None, "missing-field"),
    ],
)
def test_what_the_api_server_would_refuse_is_not_set(path: str, value: Any, code: str) -> None:
    edited = set_field(advertisement(peers=["a"]), path, value)
    assert edited.resource is None
    assert [(finding.code, finding.path) for finding in edited.diagnostics] == [(code, path)]


def test_a_password_is_set_and_stays_hidden() -> None:
    peer = new_resource(BGPPeer, "tor")
    spec = spec_of(BGPPeer, "spec.password")
    edited = set_field(peer, spec.path, parse_field(spec, "hunter2")).resource
    assert edited is not None and edited.spec.password == Hidden("hunter2")
    assert field_to_text(spec, edited.spec.password) == "***"


SELECTORS = (
    LabelSelector(match_labels={"rack": "a"}),
    LabelSelector(
        match_labels={"a.b/c": ""},
        match_expressions=(
            LabelSelectorRequirement(key="zone", operator="NotIn", values=("x", "y")),
            LabelSelectorRequirement(key="gpu", operator="Exists"),
            LabelSelectorRequirement(key="spot", operator="DoesNotExist"),
        ),
    ),
    LabelSelector(),
)

TEXTS = [
    pytest.param(BGPPeer, "spec.peerPort", "1790", 1790, id="integer"),
    pytest.param(BGPPeer, "spec.ebgpMultiHop", "true", True, id="boolean"),
    pytest.param(BGPPeer, "spec.dynamicASN", "internal", "internal", id="choice"),
    pytest.param(BGPPeer, "spec.holdTime", "1m30s", "1m30s", id="duration"),
    pytest.param(BGPPeer, "spec.peerAddress", "2001:db8::1", "2001:db8::1", id="address"),
    pytest.param(BGPPeer, "spec.peerAddress", "", None, id="empty"),
    pytest.param(BGPAdvertisement, "spec.peers", "a, b", ("a", "b"), id="list"),
    pytest.param(BGPAdvertisement, "spec.peers", "", (), id="empty-list"),
    pytest.param(
        BGPAdvertisement,
        "spec.nodeSelectors",
        "rack=a; a.b/c=,zone notin (x,y),gpu,!spot; {}",
        SELECTORS,
        id="selectors",
    ),
    pytest.param(
        IPAddressPool,
        "spec.addresses",
        "198.51.100.0/24, 192.0.2.1-192.0.2.9",
        ("198.51.100.0/24", "192.0.2.1-192.0.2.9"),
        id="addresses",
    ),
    pytest.param(IPAddressPool, "metadata.labels", "a=b, c=", {"a": "b", "c": ""}, id="pairs"),
]


@pytest.mark.parametrize(("kind", "path", "text", "value"), TEXTS)
def test_text_and_value_go_both_ways(
    kind: type[MetalLBResource], path: str, text: str, value: Any
) -> None:
    spec = spec_of(kind, path)
    assert parse_field(spec, text) == value
    assert field_to_text(spec, value) == text


@pytest.mark.parametrize(
    ("kind", "path", "text", "words"),
    [
        (BGPPeer, "spec.peerPort", "70000", "from 1 to 16384"),
        (BGPPeer, "spec.peerPort", "x", "whole number"),
        (BGPPeer, "spec.myASN", "", "cannot be empty"),
        (BGPPeer, "spec.ebgpMultiHop", "maybe", "true or false"),
        (BGPPeer, "spec.dynamicASN", "sideways", "external or internal"),
        (BGPPeer, "spec.holdTime", "90", "duration"),
        (BGPPeer, "spec.peerAddress", "192.0.2.256", "no IP address"),
        (IPAddressPool, "spec.addresses", "192.0.2.1", "192.0.2.1"),
        (IPAddressPool, "metadata.labels", "a", "key=value"),
        (BGPAdvertisement, "spec.nodeSelectors", "rack==a b", "rack==a b"),
        (BGPAdvertisement, "spec.nodeSelectors", "rack=a,rack=b", "twice"),
        (BGPAdvertisement, "spec.nodeSelectors", "rack=a,,b=c", "missing"),
        (Community, "spec.communities", "vpn-only", "name = value"),
        (L2Advertisement, "spec.preferredNodeSelectors", "200 = rack=a", "from 1 to 100"),
    ],
)
def test_text_that_does_not_fit_says_what_to_write(
    kind: type[MetalLBResource], path: str, text: str, words: str
) -> None:
    problem = parse_field(spec_of(kind, path), text)
    assert isinstance(problem, FieldProblem)
    assert words in problem.message


@pytest.mark.parametrize(
    ("kind", "path", "text"),
    [
        (Community, "spec.communities", "vpn-only = 1234:1\nnone = 65535:65282"),
        (L2Advertisement, "spec.preferredNodeSelectors", "10 = rack=a,zone in (x)"),
    ],
)
def test_records_are_written_one_a_line(kind: type[MetalLBResource], path: str, text: str) -> None:
    spec = spec_of(kind, path)
    edited = set_field(new_resource(kind, "x"), path, parse_field(spec, text)).resource
    assert edited is not None
    assert field_to_text(spec, get_field(edited, path)) == text


keys = st.from_regex(r"\A[a-z]([a-z0-9./_-]{0,6}[a-z0-9])?\Z")
values = st.from_regex(r"\A([a-z0-9]([a-z0-9._-]{0,6}[a-z0-9])?)?\Z")
expressions = st.one_of(
    st.builds(
        LabelSelectorRequirement,
        key=keys,
        operator=st.sampled_from(["In", "NotIn"]),
        values=st.lists(values, min_size=1, max_size=3).map(tuple),
    ),
    st.builds(
        LabelSelectorRequirement, key=keys, operator=st.sampled_from(["Exists", "DoesNotExist"])
    ),
)


@given(
    st.builds(
        LabelSelector,
        match_labels=st.dictionaries(keys, values, max_size=3),
        match_expressions=st.lists(expressions, max_size=3).map(tuple),
    )
)
def test_every_selector_can_be_written_on_a_line(selector: LabelSelector) -> None:
    assert parse_selector(selector_to_text(selector)) == selector


@pytest.mark.parametrize("kind", EDITABLE)
def test_a_new_resource_has_its_name_and_defaults(kind: type[MetalLBResource]) -> None:
    resource = new_resource(kind, "x")
    assert (resource.kind, resource.name, resource.metadata.namespace) == (
        kind.kind,
        "x",
        NAMESPACE,
    )


def sample() -> ResourceSet:
    peer = new_resource(BGPPeer, "tor")
    peer = set_field(peer, "spec.myASN", 64512).resource or peer
    peer = set_field(peer, "spec.bfdProfile", "fast").resource or peer
    return ResourceSet.of(
        [
            new_resource(IPAddressPool, "public"),
            peer,
            new_resource(BFDProfile, "fast"),
            advertisement(ipAddressPools=["other", "public"], peers=["tor"]),
        ]
    )


def test_a_new_peer_takes_over_the_asn_of_the_others() -> None:
    assert new_resource(BGPPeer, "tor-2", like=sample()).spec.my_asn == 64512


def test_who_names_whom() -> None:
    local = ResourceRef("BGPAdvertisement", NAMESPACE, "local")
    tor = ResourceRef("BGPPeer", NAMESPACE, "tor")
    pool = ResourceRef("IPAddressPool", NAMESPACE, "public")
    assert mentions(sample(), pool) == (Mention(local, "spec.ipAddressPools[1]"),)
    assert mentions(sample(), tor) == (Mention(local, "spec.peers[0]"),)
    fast = ResourceRef("BFDProfile", NAMESPACE, "fast")
    assert mentions(sample(), fast) == (Mention(tor, "spec.bfdProfile"),)
    assert mentions(sample(), local) == ()


def test_a_rename_follows_to_every_field_that_names_it() -> None:
    pool = ResourceRef("IPAddressPool", NAMESPACE, "public")
    renamed, ref = rename_resource(sample(), pool, "new")
    assert ref.name == "new" and ref in renamed and pool not in renamed
    (found,) = renamed.all(BGPAdvertisement)
    assert found.spec.ip_address_pools == ("other", "new")
    assert rename_resource(renamed, ref, "new") == (renamed, ref)


def test_deleting_leaves_the_rest() -> None:
    pool = ResourceRef("IPAddressPool", NAMESPACE, "public")
    left = delete_resource(sample(), pool)
    assert pool not in left and len(left) == len(sample()) - 1
    assert delete_resource(left, pool) == left


def test_a_duplicate_differs_in_name_only() -> None:
    (found,) = sample().all(BGPAdvertisement)
    copy = duplicate_resource(found, "copy")
    assert copy.name == "copy" and copy.spec == found.spec
    added, ref = add_resource(sample(), copy)
    assert ref == ResourceRef("BGPAdvertisement", NAMESPACE, "copy")
    _, again = add_resource(added, copy)
    assert again.ordinal == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("free", ""),
        ("a.b-c9", ""),
        ("public", "already"),
        ("", "needed"),
        ("Upper", "small letters"),
        ("-x", "small letters"),
        ("a" * 254, "small letters"),
    ],
)
def test_names_are_checked(name: str, words: str) -> None:
    problem = name_problem(sample(), "IPAddressPool", name, NAMESPACE)
    assert (words in problem) if words else problem == ""


def test_a_free_name_is_found() -> None:
    assert free_name(sample(), "IPAddressPool", "public", NAMESPACE) == "public-2"
    assert free_name(sample(), "IPAddressPool", "new", NAMESPACE) == "new"
