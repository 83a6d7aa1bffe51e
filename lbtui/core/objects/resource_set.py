"""The set of resources that lbtui works on: immutable, keyed by kind, namespace and name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import compress, zip_longest
from operator import is_, is_not
from types import MappingProxyType
from typing import TypeVar, cast

from lbtui.core.objects.cluster_resources import ClusterResource
from lbtui.core.objects.reference import ResourceRef as ResourceRef
from lbtui.core.objects.resources import MetalLBResource
from lbtui.core.objects.rewording import DocumentEdit

AnyResource = MetalLBResource | ClusterResource
R = TypeVar("R", bound=AnyResource)


Changes = Mapping[ResourceRef, AnyResource | None]

_NONE: Mapping[ResourceRef, AnyResource] = {}


class ResourceSet:
    """All resources of a source; every change makes a new set that shares what did not change."""

    __slots__ = ("_compared", "_kinds", "respelled", "unread")

    def __init__(
        self,
        kinds: Mapping[str, Mapping[ResourceRef, AnyResource]] | None = None,
        respelled: frozenset[DocumentEdit] = frozenset(),
        unread: frozenset[ResourceRef] = frozenset(),
    ):
        """Take kind → reference → resource as it is; use `of` or `with_resource` to build one."""
        self._kinds: dict[str, Mapping[ResourceRef, AnyResource]] = dict(kinds or {})
        self._compared: dict[str, tuple[Mapping[ResourceRef, AnyResource], Changes]] = {}
        """Kind → the members of another set, and what came of comparing them with these."""
        self.respelled = respelled
        """Edits of the documents themselves since they were read; no route depends on them."""
        self.unread = unread
        """What is in the source, but could not be read; without kind: nobody knows what it is."""

    @classmethod
    def of(cls, resources: Iterable[AnyResource]) -> ResourceSet:
        """Make a set; a name seen before gets the next ordinal."""
        return cls.of_with_refs(resources)[0]

    @classmethod
    def of_with_refs(
        cls, resources: Iterable[AnyResource]
    ) -> tuple[ResourceSet, tuple[ResourceRef, ...]]:
        """Make a set, and tell the reference given to each resource, in the order given."""
        kinds: dict[str, dict[ResourceRef, AnyResource]] = {}
        refs: list[ResourceRef] = []
        seen: dict[tuple[str, str, str], int] = {}
        for resource in resources:
            key = (resource.kind, resource.metadata.namespace, resource.metadata.name)
            ordinal = seen.get(key, 0)
            seen[key] = ordinal + 1
            ref = ResourceRef(*key, ordinal)
            refs.append(ref)
            kinds.setdefault(resource.kind, {})[ref] = resource
        return cls(kinds), tuple(refs)

    def items(self, kind: type[R]) -> Iterator[tuple[ResourceRef, R]]:
        """References and resources of one kind, in the order they were read."""
        return cast(Iterator[tuple[ResourceRef, R]], iter(self._kinds.get(kind.kind, {}).items()))

    def all(self, kind: type[R]) -> tuple[R, ...]:
        """Resources of one kind, in the order they were read."""
        return cast(tuple[R, ...], tuple(self._kinds.get(kind.kind, {}).values()))

    def by_kind(self, kind: str) -> Mapping[ResourceRef, AnyResource]:
        """All of one kind by its name; empty if there is none."""
        return MappingProxyType(dict(self._kinds.get(kind, {})))

    def get(self, ref: ResourceRef) -> AnyResource | None:
        """The resource, or None."""
        return self._kinds.get(ref.kind, {}).get(ref)

    def __contains__(self, ref: object) -> bool:
        """Whether the reference is in the set."""
        return isinstance(ref, ResourceRef) and ref in self._kinds.get(ref.kind, {})

    def refs(self) -> Iterator[ResourceRef]:
        """Every reference."""
        for members in self._kinds.values():
            yield from members

    def __len__(self) -> int:
        """Number of resources."""
        return sum(map(len, self._kinds.values()))

    def __eq__(self, other: object) -> bool:
        """Equal when the same references hold equal resources, in documents edited alike."""
        if not isinstance(other, ResourceSet):
            return NotImplemented
        mine = {k: v for k, v in self._kinds.items() if v}
        theirs = {k: v for k, v in other._kinds.items() if v}
        return self.respelled == other.respelled and mine == theirs

    __hash__ = None  # type: ignore[assignment]  # compared by content, never a key

    def with_resource(self, ref: ResourceRef, resource: AnyResource) -> ResourceSet:
        """The set with `resource` under `ref`, in its old place or at the end of its kind."""
        members = dict(self._kinds.get(ref.kind, {}))
        members[ref] = resource
        return ResourceSet({**self._kinds, ref.kind: members}, self.respelled, self.unread)

    def with_kinds(self, kinds: Mapping[str, Mapping[ResourceRef, AnyResource]]) -> ResourceSet:
        """The set with all members of some kinds put in the place of what there was of them."""
        return ResourceSet({**self._kinds, **kinds}, self.respelled, self.unread)

    def without(self, *refs: ResourceRef) -> ResourceSet:
        """The set without these, in one pass; the same set if none of them was there."""
        gone = {ref for ref in refs if ref in self}
        if not gone:
            return self
        left = {
            kind: {r: v for r, v in self._kinds[kind].items() if r not in gone}
            for kind in {ref.kind for ref in gone}
        }
        return ResourceSet({**self._kinds, **left}, self.respelled, self.unread)

    def with_members(self, kind: type[R], members: Mapping[ResourceRef, R]) -> ResourceSet:
        """The set with exactly these of a kind."""
        return ResourceSet({**self._kinds, kind.kind: members}, self.respelled, self.unread)

    def with_respelled(self, respelled: frozenset[DocumentEdit]) -> ResourceSet:
        """The same resources with these edits of their documents."""
        return ResourceSet(self._kinds, respelled, self.unread)

    def with_unread(self, unread: frozenset[ResourceRef]) -> ResourceSet:
        """The same resources, and these that could not be read."""
        return ResourceSet(self._kinds, self.respelled, unread)

    def changed_kinds(self, other: ResourceSet) -> frozenset[str]:
        """Kinds whose members are not the very same mapping; a quick test, never too few."""
        names = self._kinds.keys() | other._kinds.keys()
        return frozenset(n for n in names if self._kinds.get(n) is not other._kinds.get(n))

    def members(self, kind: str) -> Mapping[ResourceRef, AnyResource]:
        """All of one kind; the very same mapping as in a set that shares it."""
        return self._kinds.get(kind, _NONE)

    def changed(self, other: ResourceSet, kind: type[R]) -> Mapping[ResourceRef, R | None]:
        """References of a kind that are not the very same object in `other`, with what is there.

        None: it is gone. Quick where most is shared, and stands in the same order.
        """
        before, after = self.members(kind.kind), other.members(kind.kind)
        if before is after:
            return {}
        known = other._compared.get(kind.kind)
        if known is None or known[0] is not before:
            # Asked several times after each edit; with tens of thousands it takes a while.
            known = other._compared[kind.kind] = (before, _changed(before, after))
        return cast(Mapping[ResourceRef, R | None], known[1])


def _changed(
    before: Mapping[ResourceRef, AnyResource], after: Mapping[ResourceRef, AnyResource]
) -> Changes:
    if len(before) == len(after) and all(map(is_, before, after)):
        differ = map(is_not, before.values(), after.values())
        return dict(compress(after.items(), differ))
    found: dict[ResourceRef, AnyResource | None] = {}
    pairs = zip_longest(before.items(), after.items(), fillvalue=(None, None))
    for (was, old), (ref, new) in pairs:
        if old is not new or was is not ref:
            if was is not None and was not in after:
                found[was] = None
            if ref is not None and before.get(ref) is not new:
                found[ref] = new
    return found
