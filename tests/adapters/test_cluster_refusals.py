"""Bodies that API servers answer, as findings: the field, the words, what to do, and no secret."""

from __future__ import annotations

from typing import Any

import pytest

from lbtui.adapters.cluster.changes import Action, Change
from lbtui.adapters.cluster.errors import error_of_status
from lbtui.adapters.cluster.refusals import findings_of
from lbtui.core.objects.resource_set import ResourceRef

REF = ResourceRef("BGPPeer", "metallb-system", "tor")
SPEC = {"myASN": 64512, "peerAddress": "192.0.2.1", "holdTime": "90s", "password": "moonshine"}
BEFORE = {"metadata": {"name": "tor"}, "spec": SPEC}
CHANGE = Change(Action.UPDATE, REF, BEFORE, {**BEFORE, "spec": {**SPEC, "holdTime": "abc"}})
HOOK = 'admission webhook "bgppeersvalidationwebhook.metallb.io" denied the request'


def status(code: int, message: str, **details: Any) -> dict[str, Any]:
    return {"kind": "Status", "code": code, "message": message, "details": details}


def cause(field: str, message: str) -> dict[str, str]:
    return {"reason": "FieldValueInvalid", "field": field, "message": message}


BODIES = [
    pytest.param(
        status(422, "is invalid", causes=[cause("spec.peerPort", "Invalid value: 70000")]),
        [("server-refuses", "spec.peerPort", "Invalid value: 70000", None)],
        id="schema",
    ),
    pytest.param(
        status(
            422,
            "is invalid",
            causes=[
                cause("spec.dynamicASN", 'Unsupported value: "sideways"'),
                cause("<nil>", "some validation rules were not checked"),
            ],
        ),
        [("server-refuses", "spec.dynamicASN", 'Unsupported value: "sideways"', None)],
        id="rules-not-checked",
    ),
    pytest.param(
        status(
            422,
            "is invalid",
            causes=[cause("spec.enableGracefulRestart", "cannot be changed after creation")],
        ),
        [("field-immutable", "spec.enableGracefulRestart", "cannot be changed", "Delete it and")],
        id="immutable",
    ),
    pytest.param(
        status(403, 'bgppeers.metallb.io is forbidden: User "v" cannot patch resource "bgppeers"'),
        [("server-refuses", "", 'User "v" cannot patch', "Ask for permission to change it.")],
        id="permission",
    ),
    pytest.param(
        status(403, f"{HOOK}: invalid hold time abc"),
        [("server-refuses", "spec.holdTime", "MetalLB's webhook refuses it: invalid", None)],
        id="webhook",
    ),
    pytest.param(
        status(403, HOOK.replace(" the request", " the request without explanation")),
        [("server-refuses", "", "without explanation", None)],
        id="webhook-that-is-silent",
    ),
    pytest.param(
        status(403, 'admission webhook "policy.example" denied the request: 192.0.2.1 is taken'),
        [("server-refuses", "spec.peerAddress", "the webhook policy.example refuses it", None)],
        id="another-webhook",
    ),
    pytest.param(
        status(403, f"{HOOK}: password moonshine is too short"),
        [("server-refuses", "", "password *** is too short", None)],
        id="a-secret-that-is-quoted",
    ),
    pytest.param(
        status(500, 'failed calling webhook "x.metallb.io": Post "https://x": connection refused'),
        [("server-refuses", "", "the webhook x.metallb.io does not answer", "See whether")],
        id="webhook-away",
    ),
    pytest.param(
        status(400, 'admission webhook "x.example" does not support dry run'),
        [("server-cannot-judge", "", "it cannot be tried", None)],
        id="no-dry-run",
    ),
    pytest.param(
        status(400, 'strict decoding error: unknown field "spec.localpref"'),
        [("server-refuses", "spec.localpref", "strict decoding error", None)],
        id="unknown-field",
    ),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_a_refusal_becomes_findings(
    body: dict[str, Any], expected: list[tuple[str, str, str, str | None]]
) -> None:
    found = findings_of(CHANGE, error_of_status(body, body["code"]))
    assert [(one.code, one.path) for one in found] == [row[:2] for row in expected]
    for one, (_, _, words, fix) in zip(found, expected, strict=True):
        assert words in one.message and "moonshine" not in one.message
        assert (one.fix or "").startswith(fix or "") and bool(one.fix) is bool(fix)
