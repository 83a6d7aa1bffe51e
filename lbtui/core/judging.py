"""What a rule is, whatever it judges: a code and all that is said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from lbtui.core.diagnostics import Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

S = TypeVar("S")
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Rule:
    """One code of a finding."""

    code: str
    severity: Severity
    meaning: str
    remedy: str
    source: str
    """Where the behaviour is from: a file of MetalLB, the API server, an RFC."""


@dataclass(frozen=True, slots=True)
class CheckedRule(Rule, Generic[S, F]):
    """A rule that looks at a subject S by itself, and yields findings F."""

    check: Callable[[S], Iterator[F]]


def rule(
    code: str, severity: Severity, *, meaning: str, remedy: str, source: str
) -> Callable[[Callable[[S], Iterator[F]]], CheckedRule[S, F]]:
    """Make a rule of a function."""

    def make(check: Callable[[S], Iterator[F]]) -> CheckedRule[S, F]:
        return CheckedRule(code, severity, meaning, remedy, source, check)

    return make
