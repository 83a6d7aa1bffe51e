"""Several changes come in an order that MetalLB's webhooks take."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lbtui.adapters.cluster.saving import object_changes
from lbtui.ports import StoreError
from tests.cluster.apiserver import webhooks
from tests.cluster.apiserver.server import ApiServer
from tests.cluster.conftest import REAL, Cluster
from tests.cluster.editor import Editor, made, told, without
from tests.cluster.manifests import (
    Manifest,
    advertisement,
    community,
    metallb,
    peer,
    pool,
)

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


@pytest.fixture
def webhook(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Lets a server of the tests' own judge as MetalLB does; a real one has its webhook or not."""

    def install() -> None:
        if not REAL:
            request.getfixturevalue("api").storage.webhooks.append(webhooks.judge)

    return install


@pytest.mark.parametrize(("before", "after", "expected"), ORDERS)
async def test_changes_come_in_an_order_that_the_webhooks_take(
    cluster: Cluster,
    webhook: Callable[[], None],
    editor: Editor,
    before: list[Manifest],
    after: list[Manifest],
    expected: list[str],
) -> None:
    await cluster.put(*before)
    webhook()
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
    changes = await object_changes(editor.connection, editor.base, new)
    fixes = [finding.fix or "" for change in changes for finding in change.findings]
    assert len(fixes) == 2 and "only all of them together are right" in fixes[0]


async def test_the_webhooks_refusal_names_the_field(
    api: ApiServer, cluster: Cluster, editor: Editor
) -> None:
    api.storage.webhooks.append(webhooks.judge)
    new = made(await editor.read(), pool("public", "198.51.100.0/24", "hello"))
    (change,) = await object_changes(editor.connection, editor.base, new)
    assert [(f.severity, f.path) for f in change.findings] == [("error", "spec.addresses[1]")]
    assert 'invalid CIDR "hello"' in change.findings[0].message
