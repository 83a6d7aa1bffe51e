"""What is typed in an open form or text and not accepted yet, to outlive the console; no secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from lbtui.core.editing.secrecy import without_secrets
from lbtui.core.objects.decode import encode_resource
from lbtui.core.objects.meta import Record, decode_hook
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import EDITABLE, MetalLBResource

_KINDS: Mapping[str, type[MetalLBResource]] = {kind.kind: kind for kind in EDITABLE}
_TELLING = re.compile(r"password|secret|token|last-applied", re.IGNORECASE)
"""Words of a text that may hold what nobody must see."""


class Member(Record, frozen=True):
    """A `ResourceRef`."""

    kind: str
    namespace: str
    name: str
    ordinal: int = 0

    @property
    def ref(self) -> ResourceRef:
        """Which resource."""
        return ResourceRef(self.kind, self.namespace, self.name, self.ordinal)


class OpenDraft(Record, frozen=True):
    """A form with what was typed in it, or a manifest's text."""

    members: tuple[Member, ...] = ()
    """The resources edited; none: `base` is to be a new one."""
    base: dict[str, Any] | None = None
    """What a new resource began with."""
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    """Field path → what was typed, of a form."""
    unset: tuple[str, ...] = ()
    """Paths of the fields taken out."""
    text: str | None = None
    """The manifest as typed; None: it is a form."""
    lost: tuple[str, ...] = ()
    """Paths of what was typed and is secret, to be typed again."""

    @property
    def refs(self) -> tuple[ResourceRef, ...]:
        """The resources edited."""
        return tuple(member.ref for member in self.members)

    @property
    def what(self) -> str:
        """What was being edited, in words."""
        if not self.members:
            return f"a new {(self.base or {}).get('kind', 'resource')}"
        first = self.members[0]
        return str(first.ref) if len(self.members) == 1 else f"{len(self.members)} {first.kind}s"

    def new_resource(self) -> MetalLBResource:
        """What a new resource began with. Raises ValueError for what is no manifest."""
        base = self.base or {}
        if base.get("kind") not in _KINDS:
            raise ValueError(f"{base.get('kind')} is no kind that is edited")
        return msgspec.convert(base, _KINDS[base["kind"]], dec_hook=decode_hook)


def members_of(refs: Iterable[ResourceRef]) -> tuple[Member, ...]:
    """The references as they are kept."""
    return tuple(
        Member(kind=ref.kind, namespace=ref.namespace, name=ref.name, ordinal=ref.ordinal)
        for ref in refs
    )


def base_of(resource: MetalLBResource) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The manifest of a new resource without what is secret, and the paths of that."""
    bare = without_secrets(resource)
    return encode_resource(bare.resources[0]), bare.omitted


def is_telling(text: str) -> bool:
    """Whether a text may hold a secret: then it is not kept as it is."""
    return bool(_TELLING.search(text))
