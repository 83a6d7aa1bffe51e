"""Three-way merge: nothing of either side is lost, and what cannot be told apart is asked."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbtui.core.editing.edit import rename_resource
from lbtui.core.editing.history import History
from lbtui.core.editing.merge import Clash, Merged, Side, merge
from lbtui.core.objects.decode import load_resources, to_plain
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from tests.core.edits import random_cluster, random_edit

NAMESPACE = "metallb-system"
LOCAL = ResourceRef("BGPAdvertisement", NAMESPACE, "local")
ALIASES = ResourceRef("Community", NAMESPACE, "aliases")
TOR = ResourceRef("BGPPeer", NAMESPACE, "tor")


def manifest(kind: str, name: str, **spec: Any) -> dict[str, Any]:
    version = "v1beta2" if kind == "BGPPeer" else "v1beta1"
    return {
        "apiVersion": f"metallb.io/{version}",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


def local(**spec: Any) -> ResourceSet:
    return resources(manifest("BGPAdvertisement", "local", **spec))


def aliases(**values: str) -> ResourceSet:
    listed = [{"name": name, "value": value} for name, value in values.items()]
    return resources(manifest("Community", "aliases", communities=listed))


def resources(*manifests: dict[str, Any]) -> ResourceSet:
    loaded = load_resources(manifests)
    assert len(loaded.resources) == len(manifests), loaded.diagnostics
    return loaded.resources


def spec(result: Merged | ResourceSet, ref: ResourceRef = LOCAL) -> Any:
    found = result.resources if isinstance(result, Merged) else result
    resource: Any = found.get(ref)
    return to_plain(resource.spec)


def three(seed: int) -> tuple[ResourceSet, ResourceSet, ResourceSet]:
    """A random cluster, and two that a few random edits each made of it."""
    chance = random.Random(seed)
    base = random_cluster(chance)
    sides = []
    for _ in range(2):
        side = base
        for _ in range(chance.randint(1, 4)):
            side = random_edit(chance, side)
        sides.append(side)
    return base, sides[0], sides[1]


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(seeds)
def test_a_side_that_changed_nothing_gives_way(seed: int) -> None:
    base, mine, theirs = three(seed)
    assert merge(base, base, theirs) == Merged(theirs)
    assert merge(base, mine, base) == Merged(mine)
    assert merge(base, mine, mine) == Merged(mine)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(seeds)
def test_clashes_are_the_same_seen_from_either_side(seed: int) -> None:
    base, mine, theirs = three(seed)
    one, other = merge(base, mine, theirs), merge(base, theirs, mine)
    turned = {(c.key, str(c.mine), str(c.theirs)) for c in one.clashes}
    assert turned == {(c.key, str(c.theirs), str(c.mine)) for c in other.clashes}
    if not one.clashes:
        assert {r: sorted_plain(one.resources, r) for r in one.resources.refs()} == {
            r: sorted_plain(other.resources, r) for r in other.resources.refs()
        }


@settings(max_examples=150, derandomize=True, deadline=None)
@given(seeds)
def test_what_one_side_did_alone_is_there_afterwards(seed: int) -> None:
    base, mine, theirs = three(seed)
    merged = merge(base, mine, theirs).resources
    for ref in {*base.refs(), *mine.refs(), *theirs.refs()}:
        was, own, other = base.get(ref), mine.get(ref), theirs.get(ref)
        if own == was and other != own and not renamed(base, mine, theirs):
            assert merged.get(ref) == other
        if other == was and own != was and not renamed(base, mine, theirs):
            assert merged.get(ref) == own


def test_the_random_sides_do_meet() -> None:
    """The properties above say something only if both sides often touch one resource."""
    merges = [merge(*three(seed)) for seed in range(400)]
    assert sum(bool(merged.clashes) for merged in merges) >= 20
    assert sum(not merged.clashes for merged in merges) >= 100


def renamed(base: ResourceSet, mine: ResourceSet, theirs: ResourceSet) -> bool:
    """Whether either side has a name more and one less, which may be a rename."""
    names = [set(side.refs()) for side in (base, mine, theirs)]
    return any(names[0] - side and side - names[0] for side in names[1:])


def sorted_plain(found: ResourceSet, ref: ResourceRef) -> Any:
    def turn(value: Any) -> Any:
        if isinstance(value, list):
            return sorted(map(turn, value), key=str)
        return {k: turn(v) for k, v in value.items()} if isinstance(value, dict) else value

    return turn(to_plain(found.get(ref)))


def test_fields_that_do_not_meet_are_both_there() -> None:
    base = local(localPref=100, peers=["tor"])
    merged = merge(
        base,
        local(localPref=200, peers=["tor"]),
        local(localPref=100, peers=["tor"], aggregationLength=24),
    )
    assert merged.clashes == ()
    assert spec(merged) == {"localPref": 200, "peers": ["tor"], "aggregationLength": 24}


@pytest.mark.parametrize(("side", "value"), [(Side.MINE, 200), (Side.THEIRS, 300), (None, 300)])
def test_one_field_set_twice_is_asked(side: Side | None, value: int) -> None:
    base, mine, theirs = local(localPref=100), local(localPref=200), local(localPref=300)
    asked = merge(base, mine, theirs)
    assert asked.clashes == (Clash(LOCAL, "spec.localPref", 100, 200, 300),)
    choices = {asked.clashes[0].key: side} if side else {}
    assert spec(merge(base, mine, theirs, choices)) == {"localPref": value}


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        pytest.param("ab", "abc", "abd", "abcd", id="both-append"),
        pytest.param("abc", "ac", "abcd", "acd", id="remove-and-append"),
        pytest.param("abc", "xbc", "abd", "xbd", id="replace-different-items"),
        pytest.param("abc", "ac", "ac", "ac", id="both-remove-one"),
        pytest.param("abc", "abxc", "abcx", "", id="add-one-in-two-places"),
        pytest.param("abc", "xbc", "ybc", "", id="replace-the-same-item"),
        pytest.param("abc", "bc", "ybc", "", id="remove-what-is-replaced"),
        pytest.param("ab", "ba", "abc", "", id="moved"),
        pytest.param("ab", "a", "b", "", id="nothing-would-stay-which-means-all"),
        pytest.param("a", "ab", "", "", id="emptied-which-means-all"),
        pytest.param("", "a", "b", "", id="both-narrow-down-all"),
        pytest.param("aab", "aabc", "aabd", "", id="one-is-there-twice"),
    ],
)
def test_lists_merge_by_item_only_where_it_is_sound(
    base: str, mine: str, theirs: str, expected: str
) -> None:
    sides = [local(peers=list(side)) for side in (base, mine, theirs)]
    merged = merge(sides[0], sides[1], sides[2])
    if expected:
        assert not merged.clashes
        assert sorted(spec(merged)["peers"]) == sorted(expected)
    else:
        assert [clash.path for clash in merged.clashes] == ["spec.peers"]


def test_the_order_of_a_merged_list_is_theirs_with_mine_behind_its_neighbour() -> None:
    sides = [local(peers=list(side)) for side in ("abcd", "axbcd", "zabcdy")]
    assert spec(merge(sides[0], sides[1], sides[2]))["peers"] == list("zaxbcdy")


def test_aliases_merge_by_their_names() -> None:
    base = aliases(a="1:1", b="1:2")
    merged = merge(base, aliases(a="9:1", b="1:2"), aliases(a="1:1", b="9:2", c="1:3"))
    assert not merged.clashes
    assert merged.resources == aliases(a="9:1", b="9:2", c="1:3")
    clashing = merge(base, aliases(a="9:1", b="1:2"), aliases(a="8:1", b="9:2"))
    assert [clash.path for clash in clashing.clashes] == ["spec.communities.a.value"]


def test_a_rename_takes_in_what_the_other_changed() -> None:
    base = local(localPref=100)
    renamed_here, ref = rename_resource(base, LOCAL, "near")
    merged = merge(base, renamed_here, local(localPref=300))
    assert not merged.clashes
    assert list(merged.resources.refs()) == [ref] and spec(merged, ref) == {"localPref": 300}
    turned = merge(base, local(localPref=300), renamed_here)
    assert list(turned.resources.refs()) == [ref] and spec(turned, ref) == {"localPref": 300}


def test_two_renames_are_asked() -> None:
    base = local(localPref=100)
    one, other = rename_resource(base, LOCAL, "near")[0], rename_resource(base, LOCAL, "far")[0]
    merged = merge(base, one, other)
    assert [clash.path for clash in merged.clashes] == ["metadata.name"]
    chosen = merge(base, one, other, {merged.clashes[0].key: Side.MINE})
    assert [ref.name for ref in chosen.resources.refs()] == ["near"]


@pytest.mark.parametrize("side", list(Side))
def test_deleted_here_and_changed_there_is_asked(side: Side) -> None:
    base, changed = local(localPref=100), local(localPref=300)
    merged = merge(base, ResourceSet(), changed)
    assert merged.clashes == (Clash(LOCAL, "", base.get(LOCAL), None, changed.get(LOCAL)),)
    choices = {merged.clashes[0].key: side}
    assert (LOCAL in merge(base, ResourceSet(), changed, choices).resources) is (
        side is Side.THEIRS
    )
    turned = {merge(base, changed, ResourceSet()).clashes[0].key: side}
    assert (LOCAL in merge(base, changed, ResourceSet(), turned).resources) is (side is Side.MINE)


def test_two_new_ones_of_one_name_are_asked_unless_they_are_the_same() -> None:
    same = merge(ResourceSet(), local(localPref=1), local(localPref=1))
    assert not same.clashes and len(same.resources) == 1
    two = merge(ResourceSet(), local(localPref=1), local(localPref=2))
    assert [clash.path for clash in two.clashes] == [""]


def test_of_several_with_one_name_none_is_taken_for_another() -> None:
    pair = [manifest("BGPAdvertisement", "local", localPref=n) for n in (1, 2)]
    base, theirs = resources(*pair), resources(pair[1])
    mine = resources(manifest("BGPAdvertisement", "local", localPref=1, peers=["a"]), pair[1])
    merged = merge(base, mine, theirs)
    assert [clash.path for clash in merged.clashes] == [""]


def test_a_password_is_merged_and_never_spelled_out() -> None:
    sides = [
        resources(manifest("BGPPeer", "tor", myASN=64512, password=text))
        for text in ("one", "another", "third")
    ]
    merged = merge(sides[0], sides[1], sides[2])
    assert [clash.path for clash in merged.clashes] == ["spec.password"]
    assert "another" not in repr(merged.clashes) and "third" not in repr(merged.clashes)


def test_what_cannot_be_read_any_more_is_not_taken_for_deleted() -> None:
    base, mine = local(localPref=100), local(localPref=200)
    for unread in (LOCAL, ResourceRef("BGPAdvertisement", "", "local"), ResourceRef("", "", "")):
        merged = merge(base, mine, ResourceSet().with_unread(frozenset({unread})))
        assert merged.unread == (LOCAL,) and not merged.clashes
    other = ResourceSet().with_unread(frozenset({TOR}))
    assert merge(base, mine, other).unread == ()


def test_undo_after_a_merge_takes_back_only_what_was_done_here() -> None:
    base = resources(
        manifest("BGPAdvertisement", "local", localPref=100),
        manifest("BGPPeer", "tor", myASN=64512),
    )
    first = base.with_resource(LOCAL, _of(local(localPref=200)))
    second = first.without(TOR)
    theirs = base.with_resource(LOCAL, _of(local(localPref=100, peers=["tor"])))
    history = History.of(base).do("one", first).do("two", second).do("three", first).undo()
    rebased = history.rebased(theirs, lambda side: merge(base, side, theirs).resources)
    assert spec(rebased.current) == {"localPref": 200, "peers": ["tor"]}
    assert rebased.undo_label == "two" and rebased.redo_label == "three"
    assert rebased.undo().undo().current == theirs
    assert not rebased.undo().undo().is_modified


def _of(found: ResourceSet) -> Any:
    return found.get(LOCAL)
