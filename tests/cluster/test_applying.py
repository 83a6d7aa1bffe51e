"""What an edit does to a cluster's objects, and to what others have in them."""

from __future__ import annotations

from typing import Any

import pytest

from lbtui.adapters.cluster.errors import ApiError
from lbtui.adapters.cluster.kinds import METALLB
from lbtui.adapters.cluster.saving import object_changes
from lbtui.core.editing.edit import rename_resource
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.ports import ConflictError, StoreError
from tests.cluster.apiserver.server import ApiServer
from tests.cluster.conftest import APPLY, Cluster, path_of
from tests.cluster.editor import TOR, Editor, edited, made, told, without
from tests.cluster.manifests import (
    NAMESPACE,
    Manifest,
    advertisement,
    peer,
    pool,
)


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
