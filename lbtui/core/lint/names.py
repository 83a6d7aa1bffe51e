"""Names that Kubernetes refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lbtui.core.judging import INFO, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST = 253


@rule(
    "invalid-name",
    INFO,
    meaning="The API server refuses a name: not only small letters, digits, - and . between them.",
    remedy="Write small letters, digits, - and . only, 253 at most.",
    source="apimachinery util/validation IsDNS1123Subdomain (RFC 1123)",
)
def invalid_name(facts: Facts) -> Iterator[Finding]:
    """metadata.name of MetalLB's own kinds."""
    kinds = (
        facts.written_pools,
        facts.written_peers,
        facts.written_advertisements,
        facts.l2_advertisements,
        facts.communities,
        facts.bfd_profiles,
    )
    for ref in (ref for items in kinds for ref, _ in items):
        if len(ref.name) > _LONGEST:
            why, fix = f"is longer than {_LONGEST} characters", "Write a shorter one."
        elif _SUBDOMAIN.fullmatch(ref.name) is None:
            why, fix = "is no name for Kubernetes", _meant(ref.name)
        else:
            continue
        message = f"the name of {ref} {why}: the API server refuses the object"
        yield Finding(ref, "metadata.name", message, fix)


def _meant(name: str) -> str:
    """A name near to it that is allowed."""
    near = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")
    is_good = _SUBDOMAIN.fullmatch(near) is not None
    start = f"Write {near}" if is_good else "Write small letters, digits, - and . only"
    return f"{start}; correct what names it, too."
