"""Hold a manifest against a struct the way the API server holds it against the CRD.

`msgspec.convert` stops at the first problem; this reports every one, with the path as the
manifest spells it, and hands back the manifest as the API server would store it: unknown fields
dropped, nulls absent. Only type, range, choice and presence are judged here.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import msgspec.inspect as inspect

from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.field_path import join
from lbtui.core.objects.meta import Hidden
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.respelling import Respelling
from lbtui.core.objects.struct_fields import Field, fields_by_name, plain_type

REFUSED = object()
"""Stands for a value that could not be taken; the problem has been reported."""

_API_SERVER_FIELDS = frozenset(
    "annotations creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers "
    "generateName generation labels managedFields name namespace ownerReferences "
    "resourceVersion selfLink uid".split()
)
"""ObjectMeta (apimachinery meta/v1)."""


class Checker:
    """Checks one manifest; the findings pile up in `findings`."""

    def __init__(self, ref: ResourceRef, *, reports_unknown: bool) -> None:
        """Findings will carry `ref`; unknown fields are told only with `reports_unknown`."""
        self.findings: list[Diagnostic] = []
        self._ref = ref
        self._reports_unknown = reports_unknown

    @property
    def is_valid(self) -> bool:
        """Whether nothing found would make the API server refuse the manifest."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    def check_struct(self, kind: type[msgspec.Struct], value: Any, path: str = "") -> Any:
        """The mapping as the API server would keep it, or REFUSED."""
        if not isinstance(value, Mapping):
            return self._wrong_type(path, "a mapping of fields", value)
        fields = fields_by_name(kind)
        kept: dict[str, Any] = {}
        for name, content in value.items():
            field = fields.get(name) or self._misspelled(fields, name, value, path)
            if field is not None and content is not None:
                kept[field.name] = self._check(field.type, content, join(path, name))
        for field in fields.values():
            if field.is_required and field.name not in kept:
                self._missing(join(path, field.name))
        return kept

    def add(
        self,
        severity: Severity,
        code: str,
        path: str,
        message: str,
        fix: str | None = None,
        edit: Respelling | None = None,
    ) -> None:
        """Note a finding about the manifest being checked."""
        # A field taken out may have been meant to be another one.
        is_choice = edit is not None and edit.name is None
        self.findings.append(
            Diagnostic(
                severity, code, message, self._ref, path, fix, edit=edit, needs_decision=is_choice
            )
        )

    def _check(self, kind: inspect.Type, value: Any, path: str) -> Any:
        return _CHECKS[type(kind)](self, kind, value, path)

    def _check_nested(self, kind: inspect.Type, value: Any, path: str) -> Any:
        assert isinstance(kind, inspect.StructType)
        return self.check_struct(kind.cls, value, path)

    def _check_list(self, kind: inspect.Type, value: Any, path: str) -> Any:
        assert isinstance(kind, inspect.VarTupleType)
        if not isinstance(value, list | tuple):
            return self._wrong_type(path, "a list", value, "Begin each item with `- `.")
        item_type, _ = plain_type(kind.item_type)
        return [self._check(item_type, item, join(path, i)) for i, item in enumerate(value)]

    def _check_dict(self, kind: inspect.Type, value: Any, path: str) -> Any:
        assert isinstance(kind, inspect.DictType)
        if not isinstance(value, Mapping):
            return self._wrong_type(path, "a mapping of names to values", value)
        value_type, _ = plain_type(kind.value_type)
        return {
            str(key): self._check(value_type, content, join(path, str(key)))
            for key, content in value.items()
            if content is not None
        }

    def _check_text(self, kind: inspect.Type, value: Any, path: str) -> Any:
        if isinstance(value, str):
            return value
        is_scalar = isinstance(value, int | float)
        return self._wrong_type(
            path, "text", value, "Put the value in quotes." if is_scalar else None
        )

    def _check_hidden(self, kind: inspect.Type, value: Any, path: str) -> Any:
        """Text that no message may show."""
        assert isinstance(kind, inspect.CustomType) and kind.cls is Hidden
        if isinstance(value, str):
            return value
        return self._wrong_type(path, "text", value, "Put the value in quotes.")

    def _check_boolean(self, kind: inspect.Type, value: Any, path: str) -> Any:
        if isinstance(value, bool):
            return value
        return self._wrong_type(path, "true or false", value, "Write true or false, unquoted.")

    def _check_integer(self, kind: inspect.Type, value: Any, path: str) -> Any:
        assert isinstance(kind, inspect.IntType)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # 24.0 is an integer in JSON schema
        if not isinstance(value, int) or isinstance(value, bool):
            fix = _number_meant(str(value)) if isinstance(value, str | float) else None
            return self._wrong_type(path, "a whole number", value, fix)
        low, high = kind.ge, kind.le
        if (low is not None and value < low) or (high is not None and value > high):
            self.add(
                Severity.ERROR,
                "out-of-range",
                path,
                f"{path} is {value}; the API server takes {range_text(low, high)}.",
                f"Choose a number {range_text(low and max(low, 0), high)}.",
            )
            return REFUSED
        return value

    def _check_choice(self, kind: inspect.Type, value: Any, path: str) -> Any:
        assert isinstance(kind, inspect.LiteralType)
        if value in kind.values:
            return value
        choices = " or ".join(str(choice) for choice in kind.values)
        self.add(
            Severity.ERROR,
            "bad-value",
            path,
            f"{path} is {_shown(value)}; the API server takes only {choices}.",
            f"Write {choices}.",
        )
        return REFUSED

    def _wrong_type(self, path: str, wanted: str, value: Any, fix: str | None = None) -> Any:
        may_be_secret = self._ref.kind == "Secret" or "password" in path.lower()
        self.add(
            Severity.ERROR,
            "wrong-type",
            path,
            f"{path or 'The manifest'} must be {wanted}, but is "
            f"{'something else' if may_be_secret else _shown(value)}; the API server refuses it.",
            fix,
        )
        return REFUSED

    def _missing(self, path: str) -> None:
        self.add(
            Severity.ERROR,
            "missing-field",
            path,
            f"{path} is missing; the API server refuses the object without it.",
            f"Add {path}.",
        )

    def _misspelled(
        self, fields: Mapping[str, Field], name: Any, siblings: Mapping[str, Any], path: str
    ) -> Field | None:
        """Report an unknown field; the one to read instead, for the spelling that is accepted."""
        if not self._reports_unknown or (path == "metadata" and name in _API_SERVER_FIELDS):
            return None
        if path == "" and name in ("apiVersion", "kind", "status"):
            return None
        content, name = siblings[name], str(name)
        here = join(path, name)
        if name == "localpref" and "localPref" in fields and "localPref" not in siblings:
            self.add(
                Severity.WARNING,
                "localpref-spelling",
                here,
                f"{here} is read as localPref here, but the API server would drop it in silence.",
                "Rename the field to localPref.",
                Respelling(self._ref, here, "localPref"),
            )
            return fields["localPref"]
        near = nearest(name, fields)
        if near is None and "matchLabels" in fields and isinstance(content, str):
            self.add(
                Severity.WARNING,
                "unknown-field",
                here,
                f"The API server knows no {here} and drops it in silence; a selector without "
                "matchLabels and matchExpressions matches everything.",
                f"Write matchLabels: {{{name}: {content}}}.",
            )
            return None
        self.add(
            Severity.WARNING,
            "unknown-field",
            here,
            f"The API server knows no {here} and drops it in silence.",
            f"Did you mean {near}?" if near else "Remove it.",
            self._respelling(fields[near] if near else None, here, content, siblings),
        )
        return None

    def _respelling(
        self, meant: Field | None, path: str, value: Any, siblings: Mapping[str, Any]
    ) -> Respelling | None:
        """Rename an unknown field if its value fits the one meant; take it out if none is meant."""
        if meant is None:
            return Respelling(self._ref, path, None)
        trial = Checker(self._ref, reports_unknown=False)
        if value is not None:
            trial._check(meant.type, value, path)
        if meant.name in siblings or not trial.is_valid:
            return None
        return Respelling(self._ref, path, meant.name, value)


_CHECKS: Mapping[type[inspect.Type], Callable[[Checker, inspect.Type, Any, str], Any]] = {
    inspect.StructType: Checker._check_nested,
    inspect.VarTupleType: Checker._check_list,
    inspect.DictType: Checker._check_dict,
    inspect.StrType: Checker._check_text,
    inspect.CustomType: Checker._check_hidden,
    inspect.BoolType: Checker._check_boolean,
    inspect.IntType: Checker._check_integer,
    inspect.LiteralType: Checker._check_choice,
}


def nearest(name: str, names: Mapping[str, Any]) -> str | None:
    """The known name that `name` was probably meant to be."""
    by_lower = {known.lower(): known for known in names}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[found[0]] if found else None


def range_text(low: int | None, high: int | None) -> str:
    """The range in words: "from 1 to 16384"."""
    if low is None:
        return f"up to {high}" if high is not None else "of any size"
    return f"from {low} to {high}" if high is not None else f"from {low} up"


def _number_meant(text: str) -> str | None:
    """What to write instead of text that means a number: digits, or an AS number in two parts."""
    high, dot, low = text.strip().partition(".")
    if not high.isdecimal() or len(text) > 20 or (dot and not low.isdecimal()):
        return None
    return (
        f"Write {(int(high) << 16) + int(low)}." if dot else f"Write {text.strip()} without quotes."
    )


def _shown(value: Any) -> str:
    """A wrong value in words, short."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        short = value if len(value) <= 40 else value[:39] + "…"
        return f'the text "{short}"'
    return "a list" if isinstance(value, list | tuple) else "a mapping"
