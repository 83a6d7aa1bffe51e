"""Community aliases: who uses them, and what becomes of that when they are renamed.

Advertisements name an alias, never the Community object that holds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from lbtui.core.editing.edit import Mention
from lbtui.core.editing.field_edit import set_field
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.resources import BGPAdvertisement, Community

_PATH = "spec.communities"


def renamed_aliases(before: Community, after: Community) -> Mapping[str, str]:
    """Old → new name of the aliases that have another name for the same value.

    Where several of one value were renamed at once, they are told apart by their order.
    """
    old, new = _values(before), _values(after)
    gone = [name for name in old if name not in new]
    fresh = [name for name in new if name not in old]
    found: dict[str, str] = {}
    for name in gone:
        match = next((other for other in fresh if new[other] == old[name]), None)
        if match is not None:
            found[name] = match
            fresh.remove(match)
    return found


def following_aliases(
    resources: ResourceSet, before: AnyResource, after: AnyResource
) -> ResourceSet:
    """The set with its advertisements naming the aliases of `after` as they are called there.

    `resources` holds `after`. An alias that another object holds, too, goes on being that one.
    """
    if not isinstance(before, Community) or not isinstance(after, Community):
        return resources
    held = {alias.name for one in resources.all(Community) for alias in one.spec.communities}
    names = {old: new for old, new in renamed_aliases(before, after).items() if old not in held}
    for ref, advertisement in tuple(resources.items(BGPAdvertisement)) if names else ():
        used = advertisement.spec.communities
        if names.keys().isdisjoint(used):
            continue
        renamed = tuple(names.get(name, name) for name in used)
        edited = set_field(advertisement, _PATH, renamed).resource
        if edited is not None:
            resources = resources.with_resource(ref, edited)
    return resources


def alias_mentions(resources: ResourceSet, ref: ResourceRef) -> Iterator[Mention]:
    """The fields that name an alias which this object holds and no other."""
    community = resources.get(ref)
    if not isinstance(community, Community):
        return
    counts = Counter(a.name for one in resources.all(Community) for a in one.spec.communities)
    own = {alias.name for alias in community.spec.communities if counts[alias.name] == 1}
    for other, advertisement in resources.items(BGPAdvertisement):
        for at, name in enumerate(advertisement.spec.communities):
            if name in own:
                yield Mention(other, f"{_PATH}[{at}]")


def _values(community: Community) -> dict[str, str]:
    return {alias.name: alias.value for alias in community.spec.communities}
