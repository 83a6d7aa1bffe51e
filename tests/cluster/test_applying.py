"""What an edit does to a cluster's objects, and to what others have in them."""

from __future__ import annotations

from typing import Any

import pytest

from lbtui.adapters.cluster.errors import ApiError
from lbtui.adapters.cluster.kinds import METALLB
from lbtui.adapters.cluster.saving import Saved, object_changes
from lbtui.core.editing.edit import rename_resource
from lbtui.core.editing.field_edit import set_fields
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import MetalLBResource
from lbtui.ports import ConflictError, StoreError
from tests.cluster.apiserver import webhooks
from tests.cluster.apiserver.access import Rule, User
from tests.cluster.apiserver.answers import Refused, busy
from tests.cluster.apiserver.server import TOKEN, ApiServer
from tests.cluster.conftest import APPLY, Cluster, path_of
from tests.cluster.editor import Editor
from tests.cluster.manifests import NAMESPACE, Manifest, advertisement, metallb, peer, pool

TOR = ResourceRef("BGPPeer", NAMESPACE, "tor")


def edited(resources: ResourceSet, ref: ResourceRef, **fields: Any) -> ResourceSet:
    """The set with fields of a spec changed."""
    resource = resources.get(ref)
    assert isinstance(resource, MetalLBResource)
    changed = set_fields(resource, {f"spec.{name}": value for name, value in fields.items()})
    assert changed.resource is not None
    return resources.with_resource(ref, changed.resource)


def made(resources: ResourceSet, *manifests: Manifest) -> ResourceSet:
    """The set with resources more, or others in their places."""
    from lbtui.core.objects.decode import decode_manifest

    for manifest in manifests:
        resource = decode_manifest(manifest).resource
        assert resource is not None
        ref = ResourceRef(resource.kind, NAMESPACE, resource.metadata.name)
        resources = resources.with_resource(ref, resource)
    return resources


def without(resources: ResourceSet, *names: str) -> ResourceSet:
    return resources.without(*(ref for ref in resources.refs() if ref.name in names))


def told(saved: Saved) -> list[str]:
    return [str(one) for one in saved.outcome.done]


async def test_an_edit_changes_nothing_but_its_fields(cluster: Cluster, editor: Editor) -> None:
    theirs = peer(sourceAddress="192.0.2.9")
    theirs["metadata"]["annotations"] = {"shop.example/owner": "net"}
    await cluster.put(theirs)
    await editor.save(edited(await editor.read(), TOR, holdTime="30s"))
    found = await cluster.get(theirs)
    assert found is not None
    assert found["spec"] == theirs["spec"] | {
        "holdTime": "30s",
        "peerPort": 179,
        "disableMP": False,
        "dualStackAddressFamily": False,
    }
    assert found["metadata"]["annotations"] == {"shop.example/owner": "net"}


async def test_only_the_changed_fields_are_taken_over(cluster: Cluster, editor: Editor) -> None:
    theirs = peer(sourceAddress="192.0.2.9", holdTime="90s")
    await cluster.put(theirs)
    await editor.save(edited(await editor.read(), TOR, holdTime="30s"))
    again = peer(sourceAddress="192.0.2.10", holdTime="90s")
    query = {"fieldManager": "colleague"}
    with pytest.raises(ApiError, match=r'conflict with "lbtui".*: \.spec\.holdTime') as refusal:
        await cluster.connection.send("PATCH", path_of(again), again, query, APPLY)
    assert [cause.field for cause in refusal.value.causes] == ["spec.holdTime"]
    again["spec"]["holdTime"] = "30s"
    found, _ = await cluster.connection.send("PATCH", path_of(again), again, query, APPLY)
    assert found["spec"]["sourceAddress"] == "192.0.2.10"


async def test_a_field_taken_away_is_gone_whoever_set_it(cluster: Cluster, editor: Editor) -> None:
    await cluster.put(peer(sourceAddress="192.0.2.9", holdTime="90s"))
    await editor.save(edited(await editor.read(), TOR, sourceAddress="", holdTime=None))
    found = await cluster.get(peer())
    assert found is not None
    assert not {"sourceAddress", "holdTime"} & found["spec"].keys()


async def test_what_a_colleague_changed_meanwhile_is_not_overwritten(
    cluster: Cluster, editor: Editor
) -> None:
    await cluster.put(peer(), pool())
    new = edited(await editor.read(), TOR, holdTime="30s")
    new = made(new, pool("public", "203.0.113.0/24"))
    await cluster.put(peer(holdTime="90s"))
    with pytest.raises(ConflictError) as conflict:
        await editor.save(new)
    assert conflict.value.files == ("BGPPeer/tor",)
    found = await cluster.get(pool())
    assert found is not None
    assert found["spec"]["addresses"] == ["198.51.100.0/24"]


async def test_what_a_colleague_made_anew_is_not_deleted(cluster: Cluster, editor: Editor) -> None:
    await cluster.put(peer())
    new = without(await editor.read(), "tor")
    await cluster.remove(peer())
    await cluster.put(peer())
    with pytest.raises(ConflictError):
        await editor.save(new)
    assert await cluster.get(peer()) is not None


async def test_what_is_gone_already_needs_no_delete(cluster: Cluster, editor: Editor) -> None:
    await cluster.put(peer())
    new = without(await editor.read(), "tor")
    await cluster.remove(peer())
    assert told(await editor.save(new)) == ["deleted BGPPeer/tor"]


async def test_nothing_is_changed_if_one_object_would_be_refused(
    cluster: Cluster, editor: Editor
) -> None:
    await cluster.put(pool())
    resources = made(await editor.read(), advertisement("all"), peer())
    resources = edited(resources, ResourceRef("BGPAdvertisement", NAMESPACE, "all"), localPref=100)
    resources = _unchecked_port(resources, 70000)
    with pytest.raises(StoreError, match=r"BGPPeer/tor: .*should be less than or equal to 16384"):
        await editor.save(resources)
    assert not await cluster.names("BGPPeer") | await cluster.names("BGPAdvertisement")
    changes = await object_changes(editor.connection, editor.base, resources)
    found = {change.name: [(f.severity, f.path) for f in change.findings] for change in changes}
    assert found == {
        "BGPPeer/tor": [("error", "spec.peerPort")],
        "BGPAdvertisement/all": [],
    }


def _unchecked_port(resources: ResourceSet, port: int) -> ResourceSet:
    """A value that a form would not take, as an older lbtui may let through."""
    import msgspec

    found: Any = resources.get(TOR)
    spec = msgspec.structs.replace(found.spec, peer_port=port)
    return resources.with_resource(TOR, msgspec.structs.replace(found, spec=spec))


async def test_the_review_changes_nothing(cluster: Cluster, editor: Editor) -> None:
    await cluster.put(peer(), pool(), advertisement("all"))
    resources = without(await editor.read(), "public", "all")
    resources = made(edited(resources, TOR, holdTime="30s"), pool("second", "203.0.113.0/24"))
    before = {kind.name: await cluster.names(kind.name) for kind in METALLB}
    tor = await cluster.get(peer())
    changes = await object_changes(editor.connection, editor.base, resources)
    assert {change.name: change.notice for change in changes} == {
        "IPAddressPool/second": "",
        "BGPPeer/tor": "",
        "BGPAdvertisement/all": "It is deleted.",
        "IPAddressPool/public": "It is deleted.",
    }
    (hunk,) = next(change for change in changes if change.name == "BGPPeer/tor").hunks
    assert [one for one in hunk.lines if one.mark != " "] == [("+", "  holdTime: 30s")]
    assert {kind.name: await cluster.names(kind.name) for kind in METALLB} == before
    assert await cluster.get(peer()) == tor


async def test_graceful_restart_is_changed_only_by_making_the_peer_anew(
    cluster: Cluster, editor: Editor
) -> None:
    theirs = peer(enableGracefulRestart=True)
    theirs["metadata"]["annotations"] = {"shop.example/owner": "net"}
    await cluster.put(theirs)
    before = await cluster.get(theirs)
    new = edited(await editor.read(), TOR, enableGracefulRestart=False)
    (change,) = await object_changes(editor.connection, editor.base, new)
    assert change.must_recreate
    assert [finding.path for finding in change.findings] == ["spec.enableGracefulRestart"]
    with pytest.raises(StoreError, match="cannot be changed after creation"):
        await editor.save(new)
    assert await cluster.get(theirs) == before
    saved = await editor.save(new, TOR)
    assert told(saved) == ["deleted BGPPeer/tor", "created BGPPeer/tor"]
    found = await cluster.get(theirs)
    assert found is not None and before is not None
    assert found["metadata"]["uid"] != before["metadata"]["uid"]
    assert found["metadata"]["annotations"] == {"shop.example/owner": "net"}
    assert not found["spec"].get("enableGracefulRestart")


async def test_a_second_save_goes_on_from_the_first(cluster: Cluster, editor: Editor) -> None:
    await cluster.put(peer())
    first = edited(await editor.read(), TOR, holdTime="30s")
    await editor.save(first)
    second = edited(first, TOR, holdTime="60s")
    assert told(await editor.save(second)) == ["changed BGPPeer/tor"]
    assert told(await editor.save(second)) == []


async def test_a_renamed_object_keeps_what_is_not_known_here(
    cluster: Cluster, editor: Editor
) -> None:
    theirs = peer()
    theirs["metadata"]["annotations"] = {"shop.example/owner": "net"}
    await cluster.put(theirs, advertisement("all", peers=["tor"]))
    new, _ = rename_resource(await editor.read(), TOR, "leaf")
    assert told(await editor.save(new)) == [
        "deleted BGPPeer/tor",
        "created BGPPeer/leaf",
        "changed BGPAdvertisement/all",
    ]
    found = await cluster.get(peer("leaf"))
    assert found is not None
    assert found["metadata"]["annotations"] == {"shop.example/owner": "net"}


async def test_a_password_is_never_shown(cluster: Cluster, editor: Editor) -> None:
    from lbtui.core.objects.meta import Hidden

    theirs = peer(password="moonshine")
    copied = '{"spec":{"password":"moonshine"}}'
    theirs["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": copied}
    await cluster.put(theirs)
    new = edited(await editor.read(), TOR, password=Hidden("sunshine"), holdTime="30s")
    (change,) = await object_changes(editor.connection, editor.base, new)
    text = repr(change)
    assert "holdTime: 30s" in text and "***" in text
    assert "moonshine" not in text and "sunshine" not in text


# ---- the order of several changes, with MetalLB's webhooks -----------------------------------


def community(name: str, **aliases: str) -> Manifest:
    items = [{"name": alias, "value": value} for alias, value in aliases.items()]
    return metallb("Community", name, {"communities": items})


ORDERS = [
    pytest.param(
        [],
        [
            advertisement("all", communities=["edge"], ipAddressPools=["public"], peers=["tor"]),
            peer(bfdProfile="fast"),
            pool(),
            metallb("BFDProfile", "fast", {}),
            community("c", edge="64512:1"),
        ],
        [
            "created BFDProfile/fast",
            "created Community/c",
            "created IPAddressPool/public",
            "created BGPPeer/tor",
            "created BGPAdvertisement/all",
        ],
        id="made-before-what-names-them",
    ),
    pytest.param(
        [advertisement("all", communities=["edge"]), community("c", edge="64512:1"), pool()],
        [],
        ["deleted BGPAdvertisement/all", "deleted IPAddressPool/public", "deleted Community/c"],
        id="deleted-after-what-names-them",
    ),
    pytest.param(
        [pool("b", "198.51.100.0/24", "203.0.113.0/24"), pool("a", "192.0.2.0/24")],
        [pool("b", "198.51.100.0/24"), pool("a", "192.0.2.0/24", "203.0.113.128/25")],
        ["changed IPAddressPool/b", "changed IPAddressPool/a"],
        id="addresses-that-move-are-given-up-first",
    ),
    pytest.param(
        [pool("c", "198.51.100.0/24"), pool("b", "203.0.113.0/24"), pool("a", "192.0.2.0/24")],
        [pool("b", "198.51.100.0/24"), pool("a", "192.0.2.0/24", "203.0.113.0/24")],
        ["deleted IPAddressPool/c", "changed IPAddressPool/b", "changed IPAddressPool/a"],
        id="one-after-the-other-moves-on",
    ),
    pytest.param(
        [community("a", edge="64512:1", core="64512:2")],
        [community("a", core="64512:2"), community("b", edge="64512:1")],
        ["changed Community/a", "created Community/b"],
        id="an-alias-that-moves",
    ),
    pytest.param(
        [advertisement("old", localPref=100)],
        [advertisement("new", localPref=100)],
        ["created BGPAdvertisement/new", "deleted BGPAdvertisement/old"],
        id="routes-stay-while-an-advertisement-is-replaced",
    ),
    pytest.param(
        [advertisement("old", localPref=100)],
        [advertisement("new", localPref=200)],
        ["deleted BGPAdvertisement/old", "created BGPAdvertisement/new"],
        id="but-not-with-another-localpref",
    ),
]


@pytest.mark.parametrize(("before", "after", "expected"), ORDERS)
async def test_changes_come_in_an_order_that_the_webhooks_take(
    api: ApiServer,
    cluster: Cluster,
    editor: Editor,
    before: list[Manifest],
    after: list[Manifest],
    expected: list[str],
) -> None:
    await cluster.put(*before)
    api.storage.webhooks.append(webhooks.judge)
    new = made(without(await editor.read(), *(one["metadata"]["name"] for one in before)), *after)
    saved = await editor.save(new)
    assert told(saved) == expected
    assert await editor.read() == new
    assert editor.base.resources == saved.base.resources


async def test_a_refusal_that_an_earlier_change_lifts_is_only_a_warning(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    await cluster.put(pool("b", "198.51.100.0/24"))
    api.storage.webhooks.append(webhooks.judge)
    new = made(without(await editor.read(), "b"), pool("a", "198.51.100.0/25"))
    _, change = await object_changes(editor.connection, editor.base, new)
    assert [(f.severity, f.path) for f in change.findings] == [("warning", "spec.addresses[0]")]
    assert "does not see yet that IPAddressPool/b changes first" in change.findings[0].message


async def test_what_no_order_makes_possible_changes_nothing(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    await cluster.put(pool("a", "198.51.100.0/24"), pool("b", "203.0.113.0/24"))
    api.storage.webhooks.append(webhooks.judge)
    read = await editor.read()
    new = made(read, pool("b", "198.51.100.0/24"), pool("a", "203.0.113.0/24"))
    with pytest.raises(StoreError, match=r'CIDR "203\.0\.113\.0/24" in pool "a" overlaps'):
        await editor.save(new)
    assert await editor.read() == read


async def test_the_webhooks_refusal_names_the_field(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    api.storage.webhooks.append(webhooks.judge)
    new = made(await editor.read(), pool("public", "198.51.100.0/24", "hello"))
    (change,) = await object_changes(editor.connection, editor.base, new)
    assert [(f.severity, f.path) for f in change.findings] == [("error", "spec.addresses[1]")]
    assert 'invalid CIDR "hello"' in change.findings[0].message


# ---- what goes wrong on the way ---------------------------------------------------------------


async def test_after_a_refusal_in_the_middle_it_is_known_what_was_done(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    await cluster.put(peer(), pool("old", "203.0.113.0/24"))
    api.faults.writes["tor"] = Refused(500, "InternalError", "etcd is away")
    read = await editor.read()
    new = without(made(edited(read, TOR, holdTime="30s"), pool()), "old")
    saved = await editor.save(new)
    assert told(saved) == ["created IPAddressPool/public"]
    assert str(saved.outcome) == (
        "BGPPeer/tor: not changed: etcd is away. Done before: created IPAddressPool/public. "
        "Not tried: deleted IPAddressPool/old."
    )
    api.faults.writes.clear()
    assert told(await editor.save(new)) == ["changed BGPPeer/tor", "deleted IPAddressPool/old"]
    assert await editor.read() == new


async def test_what_was_done_can_be_taken_back(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    theirs = pool("old", "203.0.113.0/24")
    theirs["metadata"]["annotations"] = {"shop.example/owner": "net"}
    await cluster.put(peer(), theirs)
    read = await editor.read()
    new = without(made(edited(read, TOR, holdTime="30s"), pool()), "old")
    api.faults.writes["old"] = Refused(500, "InternalError", "etcd is away")
    assert len((await editor.save(new)).outcome.done) == 2
    assert told(await editor.save(read)) == ["changed BGPPeer/tor", "deleted IPAddressPool/public"]
    assert await editor.read() == read


async def test_without_permission_nothing_is_changed(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    await cluster.put(peer())
    rules = [Rule(("get", "list", "watch")), Rule(("create",), ("*",), ("ipaddresspools",))]
    api.access.users[TOKEN] = User("viewer", rules)
    new = made(edited(await editor.read(), TOR, holdTime="30s"), pool())
    changes = await object_changes(editor.connection, editor.base, new)
    (finding,) = next(change for change in changes if change.name == "BGPPeer/tor").findings
    assert 'User "viewer" cannot patch resource "bgppeers"' in finding.message
    assert finding.fix == "Ask for permission to change it."
    with pytest.raises(StoreError, match="nothing was changed"):
        await editor.save(new)
    assert not await cluster.names("IPAddressPool")


async def test_a_server_that_begins_is_asked_again(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    new = made(await editor.read(), peer())
    api.faults.answers.append(busy(1))
    assert told(await editor.save(new)) == ["created BGPPeer/tor"]


async def test_a_webhook_that_does_not_answer_is_explained(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    hook = "bgppeersvalidationwebhook.metallb.io"
    text = f'Internal error occurred: failed calling webhook "{hook}": connection refused'
    api.storage.webhooks.append(lambda *_: Refused(500, "InternalError", text))
    new = made(await editor.read(), peer())
    with pytest.raises(StoreError, match=f"the webhook {hook} does not answer"):
        await editor.save(new)


# ---- who else keeps an object -----------------------------------------------------------------


def managed(manager: str, operation: str = "Apply") -> Manifest:
    fields: Manifest = {"f:spec": {"f:holdTime": {}, "f:myASN": {}}}
    entry = {"manager": manager, "operation": operation, "fieldsV1": fields}
    return {"managedFields": [entry]}


KEPT = [
    pytest.param({"labels": {"argocd.argoproj.io/instance": "lb"}}, "Argo CD keeps it", id="argo"),
    pytest.param(
        {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}},
        "It came by kubectl apply",
        id="kubectl",
    ),
    pytest.param(managed("fleet"), "may set it again: fleet", id="another-manager"),
    pytest.param(managed("lbtui"), "", id="lbtui-itself"),
    pytest.param(managed("someone", "Update"), "", id="an-edit-by-hand"),
    pytest.param({}, "", id="nobody"),
]


@pytest.mark.parametrize(("metadata", "expected"), KEPT)
async def test_the_review_says_who_may_put_it_back(
    api: ApiServer, editor: Editor, metadata: Manifest, expected: str
) -> None:
    theirs = peer()
    theirs["metadata"] |= metadata
    await api.put(theirs)
    new = edited(await editor.read(), TOR, holdTime="30s")
    (change,) = await object_changes(editor.connection, editor.base, new)
    assert change.notice == "" if not expected else expected in change.notice


async def test_another_managers_other_fields_are_no_matter(api: ApiServer, editor: Editor) -> None:
    theirs = peer()
    theirs["metadata"] |= managed("fleet")
    await api.put(theirs)
    new = edited(await editor.read(), TOR, sourceAddress="192.0.2.9")
    (change,) = await object_changes(editor.connection, editor.base, new)
    assert change.notice == ""
