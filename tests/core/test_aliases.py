"""Aliases renamed in the object that holds them, and the advertisements that name them."""

from __future__ import annotations

from lbtui.core.editing.aliases import alias_mentions, following_aliases, renamed_aliases
from lbtui.core.editing.edit import Mention
from lbtui.core.objects.meta import Metadata
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.resources import (
    BGPAdvertisement,
    BGPAdvertisementSpec,
    Community,
    CommunityAlias,
    CommunitySpec,
)

OURS = ResourceRef("Community", "metallb-system", "ours")


def holding(name: str, **aliases: str) -> Community:
    found = tuple(CommunityAlias(name=key, value=value) for key, value in aliases.items())
    metadata = Metadata(name=name, namespace="metallb-system")
    return Community(metadata=metadata, spec=CommunitySpec(communities=found))


def naming(name: str, *communities: str) -> BGPAdvertisement:
    metadata = Metadata(name=name, namespace="metallb-system")
    return BGPAdvertisement(metadata=metadata, spec=BGPAdvertisementSpec(communities=communities))


def used(resources: ResourceSet) -> list[tuple[str, ...]]:
    return [one.spec.communities for one in resources.all(BGPAdvertisement)]


def test_the_same_value_under_another_name_is_a_rename() -> None:
    before = holding("ours", a="64512:1", b="64512:2", c="64512:2", d="64512:4")
    after = holding("ours", x="64512:1", y="64512:2", z="64512:2", d="64512:5", e="64512:4")
    assert renamed_aliases(before, after) == {"a": "x", "b": "y", "c": "z"}


def test_every_advertisement_follows_a_renamed_alias() -> None:
    before, after = holding("ours", a="64512:1"), holding("ours", near="64512:1")
    users = [naming("one", "a", "65535:65281"), naming("two", "a"), naming("three", "64512:1")]
    resources = following_aliases(ResourceSet.of([after, *users]), before, after)
    assert used(resources) == [("near", "65535:65281"), ("near",), ("64512:1",)]


def test_an_alias_that_another_object_holds_too_stays_that_one() -> None:
    before, after = holding("ours", a="64512:1"), holding("ours", near="64512:1")
    resources = ResourceSet.of([after, holding("theirs", a="64512:9"), naming("one", "a")])
    assert following_aliases(resources, before, after) is resources


def test_an_alias_deleted_or_given_another_value_is_followed_by_nobody() -> None:
    before = holding("ours", a="64512:1")
    for after in (holding("ours"), holding("ours", b="64512:2"), holding("ours", a="64512:2")):
        resources = ResourceSet.of([after, naming("one", "a")])
        assert following_aliases(resources, before, after) is resources


def test_who_names_the_aliases_of_an_object() -> None:
    resources = ResourceSet.of(
        [
            holding("ours", a="64512:1", b="64512:2"),
            holding("theirs", b="64512:9"),
            naming("one", "b", "a"),
        ]
    )
    one = ResourceRef("BGPAdvertisement", "metallb-system", "one")
    assert list(alias_mentions(resources, OURS)) == [Mention(one, "spec.communities[1]")]
