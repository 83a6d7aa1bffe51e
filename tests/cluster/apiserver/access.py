"""Who may do what: tokens, their users, and the rules of their roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.cluster.apiserver.answers import Refused, forbidden, unauthorized
from tests.cluster.apiserver.kinds import Kind
from tests.cluster.apiserver.storage import Key


@dataclass(frozen=True)
class Rule:
    """Verbs on resources; "*" stands for all, an empty namespace for the whole cluster."""

    verbs: tuple[str, ...]
    groups: tuple[str, ...] = ("*",)
    resources: tuple[str, ...] = ("*",)
    namespace: str = ""

    def allows(self, verb: str, group: str, resource: str, namespace: str) -> bool:
        """Whether it covers a request."""
        return (
            _has(self.verbs, verb)
            and _has(self.groups, group)
            and _has(self.resources, resource)
            and self.namespace in ("", namespace)
        )


EVERYTHING = (Rule(("*",)),)
READING = (Rule(("get", "list", "watch")),)


@dataclass
class User:
    """One user; the rules may be taken away while a client is connected."""

    name: str
    rules: Sequence[Rule] = EVERYTHING
    is_expired: bool = False


@dataclass
class Access:
    """Bearer token → user."""

    users: dict[str, User] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Verb and resource of what was refused."""
    used_by: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """By user: verbs and resources of what was allowed."""
    is_incomplete: bool = False
    """Rules reviews tell of no rule at all, as an authorizer that cannot list them."""
    has_reviews: bool = True

    def user(self, request: web.Request) -> User:
        """Who asks. Raises Refused (401)."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        user = self.users.get(token)
        if user is None or user.is_expired:
            raise unauthorized()
        return user

    def check(self, request: web.Request, verb: str, kind: Kind, key: Key, is_status: bool) -> None:
        """Raise Refused (401, 403) unless it is allowed; a status has a right of its own."""
        namespace, name = key.namespace, key.name
        user = self.user(request)
        resource = f"{kind.plural}/status" if is_status else kind.plural
        if may(user, verb, kind.group, resource, namespace):
            self.used_by.setdefault(user.name, set()).add((verb, resource))
        else:
            self.refused.append((verb, resource))
            raise forbidden(kind, user.name, verb, namespace, name)


def rules_of(roles: Iterable[dict[str, Any]]) -> tuple[Rule, ...]:
    """What RBAC makes of the roles."""
    return tuple(
        Rule(
            tuple(one["verbs"]),
            tuple(one["apiGroups"]),
            tuple(one["resources"]),
            role["metadata"].get("namespace", ""),
        )
        for role in roles
        if "rules" in role
        for one in role["rules"]
    )


def may(user: User, verb: str, group: str, resource: str, namespace: str) -> bool:
    """Whether some rule of the user allows it."""
    return any(rule.allows(verb, group, resource, namespace) for rule in user.rules)


def review(access: Access, user: User, body: dict[str, Any]) -> dict[str, Any]:
    """SelfSubjectAccessReview and SelfSubjectRulesReview, answered."""
    if not access.has_reviews:
        raise Refused(500, "InternalError", "no authorizer answers")
    spec = body.get("spec") or {}
    if body.get("kind") == "SelfSubjectAccessReview":
        asked = spec.get("resourceAttributes") or {}
        is_allowed = may(
            user,
            asked.get("verb", ""),
            asked.get("group", ""),
            asked.get("resource", ""),
            asked.get("namespace", ""),
        )
        return {**body, "status": {"allowed": is_allowed}}
    if body.get("kind") == "SelfSubjectRulesReview":
        namespace = spec.get("namespace", "")
        rules = [
            {
                "verbs": list(rule.verbs),
                "apiGroups": list(rule.groups),
                "resources": list(rule.resources),
            }
            for rule in user.rules
            if rule.namespace in ("", namespace) and not access.is_incomplete
        ]
        status = {"resourceRules": rules, "incomplete": access.is_incomplete}
        return {**body, "status": status}
    raise Refused(400, "BadRequest", "no review of this kind")


def _has(patterns: Sequence[str], value: str) -> bool:
    return "*" in patterns or value in patterns
