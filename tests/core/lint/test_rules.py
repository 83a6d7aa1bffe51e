"""Every lint rule objects where it should, and holds its tongue where it should."""

from __future__ import annotations

import pytest

from lbtui.core import analyse, load_resources
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.editing.edit import apply_repair
from lbtui.core.lint import RULES
from lbtui.core.rules import RULES as ACCEPTANCE
from tests.core.cluster import Manifest, linted, peer, secret
from tests.core.lint.cases import CASES


def of(code: str, manifests: list[Manifest], backend: str) -> list[Diagnostic]:
    return [found for found in linted(manifests, backend) if found.code == code]


def test_every_rule_has_a_case_and_a_code_of_its_own() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes)) >= 35
    assert CASES.keys() == set(codes)
    assert not set(codes) & {rule.code for rule in ACCEPTANCE}


def test_every_rule_says_what_it_means_what_to_do_and_where_that_is_from() -> None:
    for rule in RULES:
        assert rule.meaning.endswith("."), rule.code
        assert rule.remedy.endswith("."), rule.code
        assert rule.source, rule.code
        assert rule.check.__doc__, rule.code


@pytest.mark.parametrize("code", CASES)
def test_it_objects_at_the_field(code: str) -> None:
    case = CASES[code]
    found = of(code, case.fires, case.backend)
    assert case.path in [finding.path for finding in found]
    assert not case.name or case.name in [finding.ref.name for finding in found if finding.ref]
    severity = next(rule.severity for rule in RULES if rule.code == code)
    for finding in found:
        assert finding.severity is severity
        assert finding.message[0] != " " and not finding.message.endswith(".")
        assert finding.ref is not None


@pytest.mark.parametrize("code", CASES)
def test_it_is_quiet_about_what_comes_near(code: str) -> None:
    case = CASES[code]
    assert case.quiet
    assert of(code, case.quiet, case.backend) == []


@pytest.mark.parametrize("code", CASES)
def test_its_edit_mends_what_it_objects_to(code: str) -> None:
    case = CASES[code]
    resources = load_resources(case.fires).resources
    first = analyse(resources, case.backend)
    mendable = [one for one in first.diagnostics if one.code == code and one.edit is not None]
    for finding in mendable:
        assert finding.edit is not None and finding.fix
        mended = apply_repair(resources, finding.edit)
        assert mended is not None
        left = analyse(mended, case.backend).diagnostics
        assert (finding.ref, finding.path, finding.message) not in [
            (one.ref, one.path, one.message) for one in left if one.code == code
        ]


def test_many_rules_offer_an_edit() -> None:
    with_edit = {
        code
        for code, case in CASES.items()
        if any(found.edit for found in of(code, case.fires, case.backend))
    }
    assert len(with_edit) >= 15


def test_lint_never_changes_what_metallb_accepts() -> None:
    errors = {rule.code for rule in RULES if rule.severity is Severity.ERROR}
    seen = set()
    for code in errors & CASES.keys():
        case = CASES[code]
        analysis = analyse(load_resources(case.fires).resources, case.backend)
        refused = {one.code for one in analysis.diagnostics} - {rule.code for rule in RULES}
        if not refused & {rule.code for rule in ACCEPTANCE}:
            assert analysis.config.is_valid, code
            seen.add(code)
    assert len(seen) >= 10


@pytest.mark.parametrize("backend", ["frr", "frr-k8s"])
def test_one_router_written_in_two_ways_is_two_sessions_under_frr(backend: str) -> None:
    two = [
        peer("r", peerAddress="2001:db8::1"),
        peer("s", peerAddress="2001:0db8::0001"),
    ]
    assert len(of("duplicate-session", two, backend)) == 1
    alike = [peer("r", peerAddress="2001:db8::1"), peer("s", peerAddress="2001:db8::1")]
    assert of("duplicate-session", alike, backend) == []
    apart = [*two[:1], peer("s", peerAddress="2001:0db8::0001", vrf="red")]
    assert of("duplicate-session", apart, backend) == []


def test_secrets_count_as_there_until_there_is_one() -> None:
    naming = [peer("r", passwordSecret={"name": "s"})]
    assert {one.code for one in linted(naming)} == {"secret-not-here"}
    assert analyse(load_resources(naming).resources).config.is_valid
    other = secret("other", "kubernetes.io/basic-auth", password="eA==")
    assert {one.code for one in linted([*naming, other])} == {"peer-secret-not-found"}
