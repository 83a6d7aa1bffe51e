"""Communities and their aliases."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.objects.repairs import SetField
from lbtui.core.objects.resources import BGPAdvertisement
from lbtui.core.routing.community_limit import MAX_COMMUNITIES
from lbtui.core.values.communities import CommunityError, CommunityValue, parse_community

WELL_KNOWN = {
    "graceful-shutdown": 0xFFFF0000,
    "accept-own": 0xFFFF0001,
    "llgr-stale": 0xFFFF0006,
    "no-llgr": 0xFFFF0007,
    "blackhole": 0xFFFF029A,
    "no-export": 0xFFFFFF01,
    "no-advertise": 0xFFFFFF02,
    "local-as": 0xFFFFFF03,
    "no-peer": 0xFFFFFF04,
}
"""IANA's names (RFC 1997, 3765, 7611, 7999, 8326, 9494) and their values."""
NAMES = {value: name for name, value in WELL_KNOWN.items()}


def _value(facts: Facts, text: str) -> CommunityValue | None:
    """What a community in an advertisement stands for."""
    if text in facts.aliases:
        return facts.aliases[text]
    try:
        return parse_community(text)
    except CommunityError:
        return None


@rule(
    "alias-shadows-literal",
    WARNING,
    meaning="An alias is named like a community and replaces it everywhere.",
    remedy="Rename the alias.",
    source="MetalLB internal/config/config.go: aliases are looked up before numbers are read",
)
def alias_shadows_literal(facts: Facts) -> Iterator[Finding]:
    """An alias whose name reads as another community than its value."""
    for ref, community in facts.communities:
        for position, alias in enumerate(community.spec.communities):
            try:
                literal = parse_community(alias.name)
            except CommunityError:
                continue
            if facts.aliases.get(alias.name) not in (literal, None):
                message = f"where advertisements write {alias.name}, {alias.value} is sent instead"
                path = f"spec.communities[{position}].name"
                yield Finding(ref, path, message, "Give the alias a name that is no community.")


@rule(
    "alias-with-colon",
    WARNING,
    meaning="An alias has a colon in its name, which makes the webhook refuse it.",
    remedy="Rename the alias.",
    source="MetalLB internal/config/validator.go: only communities without a colon may be aliases",
)
def alias_with_colon(facts: Facts) -> Iterator[Finding]:
    """A name with a colon that is no community by itself."""
    for ref, community in facts.communities:
        for position, alias in enumerate(community.spec.communities):
            if ":" not in alias.name:
                continue
            try:
                parse_community(alias.name)
            except CommunityError:
                message = (
                    f"the alias {alias.name!r} has a colon: the speaker knows it, but the webhook "
                    "refuses every advertisement that uses it"
                )
                path = f"spec.communities[{position}].name"
                yield Finding(ref, path, message, "Give the alias a name without a colon.")


@rule(
    "alias-without-name",
    WARNING,
    meaning="An alias has no name, so that no advertisement can mean it.",
    remedy="Name it, or remove it.",
    source="MetalLB internal/config/config.go communitiesFromCrs accepts it",
)
def alias_without_name(facts: Facts) -> Iterator[Finding]:
    """An empty name."""
    for ref, community in facts.communities:
        for position, alias in enumerate(community.spec.communities):
            if not alias.name:
                path = f"spec.communities[{position}]"
                message = f"the alias for {alias.value} in {ref} has no name"
                edit = SetField(ref, path, None)
                fix = "Name it, or remove it."
                yield Finding(ref, path, message, fix, edit=edit, needs_decision=True)


@rule(
    "alias-misnamed",
    WARNING,
    meaning="An alias has the name of a well-known community, but stands for another value.",
    remedy="Give it the well-known value, or another name.",
    source="IANA's list of well-known BGP communities; MetalLB knows no names",
)
def alias_misnamed(facts: Facts) -> Iterator[Finding]:
    """NO_EXPORT, no-advertise and the like."""
    for ref, community in facts.communities:
        for position, alias in enumerate(community.spec.communities):
            wanted = WELL_KNOWN.get(alias.name.lower().replace("_", "-"))
            value = facts.aliases.get(alias.name)
            if wanted is None or value is None or (value.first, value.is_large) == (wanted, False):
                continue
            known = f"{wanted >> 16}:{wanted & 0xFFFF}"
            path = f"spec.communities[{position}].value"
            message = (
                f"the alias {alias.name} of {ref} stands for {alias.value}, but routers know "
                f"{alias.name.lower().replace('_', '-')} as {known}: they will not do what the "
                "name says"
            )
            fix = f"Write {known}, or give the alias another name."
            edit = SetField(ref, path, known)
            yield Finding(ref, path, message, fix, edit=edit, needs_decision=True)


@rule(
    "unused-alias",
    INFO,
    meaning="No advertisement uses an alias.",
    remedy="Use it, or remove it.",
    source="MetalLB internal/config/config.go: only advertisements refer to aliases",
)
def unused_alias(facts: Facts) -> Iterator[Finding]:
    """Aliases against spec.communities of all advertisements."""
    used = {text for _, one in facts.written_advertisements for text in one.spec.communities}
    is_known = bool(facts.written_advertisements) and facts.is_complete(BGPAdvertisement)
    for ref, community in facts.communities if is_known else ():
        for position, alias in enumerate(community.spec.communities):
            if alias.name and alias.name not in used:
                path = f"spec.communities[{position}].name"
                message = f"no advertisement uses the alias {alias.name} of {ref}"
                edit = SetField(ref, f"spec.communities[{position}]", None)
                fix = "Use it, or remove it."
                yield Finding(ref, path, message, fix, edit=edit, needs_decision=True)


@rule(
    "community-twice",
    INFO,
    meaning="Two entries of an advertisement mean the same community; it is sent once.",
    remedy="Remove one of the two.",
    source="MetalLB internal/config/config.go compares texts, not values",
)
def community_twice(facts: Facts) -> Iterator[Finding]:
    """Equal values written in two ways; the same text twice is an error of its own."""
    for ref, advertisement in facts.written_advertisements:
        seen: dict[CommunityValue, str] = {}
        for position, text in enumerate(advertisement.spec.communities):
            value = _value(facts, text)
            if value is None:
                continue
            if seen.setdefault(value, text) != text:
                path = f"spec.communities[{position}]"
                message = f"{text} and {seen[value]} in {ref} are one community, {value}"
                edit = SetField(ref, path, None)
                yield Finding(ref, path, message, "Remove one of the two.", edit=edit)


@rule(
    "too-many-in-advertisement",
    ERROR,
    meaning="An advertisement has more than 63 communities; none of its routes can be sent.",
    remedy="Remove some.",
    source="MetalLB internal/bgp/frr/frr.go, internal/bgp/frrk8s/frrk8s.go: 63 at most",
)
def too_many_in_advertisement(facts: Facts) -> Iterator[Finding]:
    """Told before a service meets it; from then on too-many-communities says which."""
    met = {
        index
        for service in facts.tables.service_errors
        if (decision := facts.tables.decision(service)) is not None
        for index, _ in decision.parts
    }
    for index, advertisement in enumerate(facts.config.advertisements):
        count = len(advertisement.communities)
        if count > MAX_COMMUNITIES and index not in met:
            message = f"{advertisement.ref} has {count} communities; {MAX_COMMUNITIES} can be sent"
            fix = "Remove some, or use fewer and wider ones."
            yield Finding(advertisement.ref, "spec.communities", message, fix, advertisement.nodes)


@rule(
    "blackhole-community",
    WARNING,
    meaning="The community blackhole asks the router to drop the traffic of the service.",
    remedy="Remove it, unless the service is to be cut off.",
    source="RFC 7999",
)
def blackhole_community(facts: Facts) -> Iterator[Finding]:
    """65535:666."""
    wanted = CommunityValue(WELL_KNOWN["blackhole"], 0, 0, False)
    for ref, advertisement in facts.written_advertisements:
        for position, text in enumerate(advertisement.spec.communities):
            if _value(facts, text) == wanted:
                path = f"spec.communities[{position}]"
                message = f"{text} in {ref} tells routers to drop the traffic to these addresses"
                edit = SetField(ref, path, None)
                fix = "Remove it, unless that is meant."
                yield Finding(ref, path, message, fix, edit=edit, needs_decision=True)


@rule(
    "reserved-community",
    INFO,
    meaning="A community is in a reserved range (0:x or 65535:x) and has no defined meaning.",
    remedy="Use numbers that begin with an AS number of your own.",
    source="RFC 1997 section 4, IANA's list of well-known communities",
)
def reserved_community(facts: Facts) -> Iterator[Finding]:
    """Neither well known nor free."""
    for ref, advertisement in facts.written_advertisements:
        for position, text in enumerate(advertisement.spec.communities):
            value = _value(facts, text)
            if value is None or value.is_large or value.first in NAMES:
                continue
            if value.first >> 16 in (0, 0xFFFF):
                message = f"{value} in {ref} is reserved and has no meaning that routers agree on"
                fix = "Begin it with an AS number of your own."
                yield Finding(ref, f"spec.communities[{position}]", message, fix)
