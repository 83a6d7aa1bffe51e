"""The edits that findings offer: each mends its finding, and changes only what it says."""

from __future__ import annotations

from typing import Any

import pytest

from lbtui.core import load_resources
from lbtui.core.analysis import analyse
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.editing.edit import apply_repair
from lbtui.core.editing.mending import mend
from lbtui.core.objects.repairs import AddResource, DeleteResource
from lbtui.core.objects.resources import BGPAdvertisement
from lbtui.core.objects.respelling import Respelling
from lbtui.core.routing.resource_diff import diff_resources
from tests.core.cluster import Manifest, advertisement, hosts, linted, peer, pool
from tests.core.lint.cases import CASES
from tests.core.test_rules import ANY_BACKEND, NODES, OF_ONE_BACKEND, POOL


def _sets() -> list[tuple[str, str, list[Manifest]]]:
    """Name, back end and manifests of everything that fires a rule."""
    found = [(code, case.backend, case.fires) for code, case in CASES.items()]
    for row in ANY_BACKEND:
        code, manifests = row.values
        found.append((str(code), "frr", [*NODES, POOL, *_list(manifests)]))
    for row in OF_ONE_BACKEND:
        code, backend, manifests = row.values
        found.append((str(code), str(backend), [*NODES, POOL, *_list(manifests)]))
    return found


def _list(manifests: Any) -> list[Manifest]:
    return list(manifests)


SETS = _sets()


def offered(backend: str, manifests: list[Manifest]) -> list[Diagnostic]:
    loaded = load_resources(manifests)
    found = (*loaded.diagnostics, *analyse(loaded.resources, backend).diagnostics)
    return [one for one in found if one.edit is not None]


@pytest.mark.parametrize(("code", "backend", "manifests"), SETS)
def test_an_edit_mends_its_finding_and_changes_only_what_it_says(
    code: str, backend: str, manifests: list[Manifest]
) -> None:
    resources = load_resources(manifests).resources
    for finding in offered(backend, manifests):
        edit = finding.edit
        assert edit is not None and finding.fix, finding.code
        mended = apply_repair(resources, edit)
        assert mended is not None, finding
        diff = diff_resources(resources, mended)
        if isinstance(edit, AddResource):
            assert (len(diff.added), diff.removed, diff.changed) == (1, (), ())
        elif isinstance(edit, DeleteResource):
            assert (diff.added, diff.removed, diff.changed) == ((), (edit.ref,), ())
        else:
            ((ref, paths),) = diff.changed
            assert (diff.added, diff.removed, ref) == ((), (), edit.ref)
            assert all(edit.path.startswith(path) for path in paths), (edit, paths)
        left = analyse(mended, backend).diagnostics
        same = [
            one
            for one in left
            if (one.code, one.ref, one.path, one.message)
            == (finding.code, finding.ref, finding.path, finding.message)
        ]
        assert same == [], finding


@pytest.mark.parametrize(("code", "backend", "manifests"), SETS)
def test_all_edits_that_need_no_decision_come_to_an_end(
    code: str, backend: str, manifests: list[Manifest]
) -> None:
    loaded = load_resources(manifests)

    def is_wanted(finding: Diagnostic) -> bool:
        return not finding.needs_decision

    mended = mend(loaded.resources, loaded.diagnostics, backend, is_wanted)
    left = analyse(mended.resources, backend).diagnostics
    assert [one for one in left if one.edit is not None and is_wanted(one)] == []
    again = mend(mended.resources, (), backend, is_wanted)
    assert again.done == ()


def test_there_are_edits_of_every_sort() -> None:
    edits = [one for _, backend, manifests in SETS for one in offered(backend, manifests)]
    assert len({one.code for one in edits}) >= 30
    assert {type(one.edit).__name__ for one in edits} >= {
        "SetField",
        "DeleteResource",
        "AddResource",
    }
    assert any(one.needs_decision for one in edits)


def test_several_items_of_one_list_are_mended_one_after_the_other() -> None:
    names = ["p", "p", "p", "q", "q"]
    manifests = [
        pool("p", "198.51.100.0/25"),
        pool("q", "198.51.100.128/25"),
        peer("r"),
        advertisement("x", ipAddressPools=names),
    ]
    loaded = load_resources(manifests)
    mended = mend(loaded.resources, (), "frr", lambda one: one.code == "list-duplicate")
    (advertised,) = mended.resources.all(BGPAdvertisement)
    assert advertised.spec.ip_address_pools == ("p", "q")
    assert len(mended.done) == 3


class TestRespelling:
    """Fields that no resource holds."""

    def test_the_value_comes_with_the_name(self) -> None:
        manifest = advertisement("x", localPreff=70, nodeSelectors=hosts("a"))
        loaded = load_resources([manifest])
        (finding,) = loaded.diagnostics
        assert isinstance(finding.edit, Respelling) and not finding.needs_decision
        mended = apply_repair(loaded.resources, finding.edit)
        assert mended is not None
        (advertised,) = mended.all(BGPAdvertisement)
        assert advertised.spec.local_pref == 70
        assert mended.respelled == {finding.edit}
        assert mended != loaded.resources
        ((_, paths),) = diff_resources(loaded.resources, mended).changed
        assert paths == ("spec.localPref", "spec.localPreff")

    def test_a_secret_is_in_none_of_its_texts(self) -> None:
        (finding,) = load_resources([peer("r", passwrd="hush")]).diagnostics
        assert isinstance(finding.edit, Respelling) and finding.edit.name == "password"
        assert "hush" not in f"{finding} {finding.edit} {finding.edit!r}"

    def test_a_field_that_means_nothing_is_for_a_person_to_take_out(self) -> None:
        (finding,) = load_resources([advertisement("x", med=5)]).diagnostics
        assert isinstance(finding.edit, Respelling) and finding.edit.name is None
        assert finding.needs_decision

    @pytest.mark.parametrize(
        "spec",
        [{"localPreff": "high"}, {"localPreff": 1, "localPref": 2}, {"localPreff": -(2**40)}],
    )
    def test_what_would_not_fit_is_not_offered(self, spec: dict[str, Any]) -> None:
        found = [one for one in linted([advertisement("x", **spec)]) if one.code == "unknown-field"]
        assert [one.edit for one in found] == [None]

    def test_a_resource_that_is_refused_has_no_edits(self) -> None:
        found = load_resources([peer("r", peerPrt=1179, myASN="x")]).diagnostics
        assert {one.code for one in found} == {"unknown-field", "wrong-type"}
        assert [one.edit for one in found] == [None, None]

    def test_the_second_of_one_name_keeps_its_own(self) -> None:
        found = load_resources([advertisement("x"), advertisement("x", localpref=1)]).diagnostics
        (finding,) = found
        assert isinstance(finding.edit, Respelling)
        assert finding.ref is not None and finding.edit.ref == finding.ref
        assert finding.ref.ordinal == 1
