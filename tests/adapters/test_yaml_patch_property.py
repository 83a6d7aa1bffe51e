"""Random edits of random documents: read back as wanted, and nothing else touched."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lbtui.adapters.manifest_changes import change_manifest
from lbtui.adapters.yaml_edits import same_value
from lbtui.adapters.yaml_nodes import compose, value_of
from lbtui.adapters.yaml_patch import patch
from lbtui.core.objects.decode import decode_manifest
from tests.adapters.yaml_writing import Line, manifests, specs, written

KINDS = ["BGPAdvertisement", "Community", "IPAddressPool"]


@st.composite
def edited(draw: st.DrawFn) -> tuple[list[Line], str, dict[str, Any], dict[str, Any]]:
    """Lines of a document, its line end, its manifest, and another manifest of the kind."""
    kind = draw(st.sampled_from(KINDS))
    manifest = draw(manifests(kind))
    lines = draw(written(manifest))
    other = {**manifest, "spec": dict(manifest["spec"])}
    for name, value in draw(specs(kind)).items():
        if draw(st.booleans()):
            other["spec"][name] = value
    return lines, draw(st.sampled_from(["\n", "\r\n"])), manifest, other


@settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(edited(), st.booleans())
def test_an_edit_reads_back_and_leaves_other_lines_alone(
    case: tuple[list[Line], str, dict[str, Any], dict[str, Any]], has_last_newline: bool
) -> None:
    lines, newline, manifest, other = case
    text = newline.join(line.text for line in lines) + (newline if has_last_newline else "")
    root = compose(text)
    assert root is not None and same_value(value_of(root), manifest), "the writer is wrong"

    old, new = decode_manifest(manifest).resource, decode_manifest(other).resource
    assert old is not None and new is not None
    wanted = change_manifest(manifest, old, new)
    changed = patch(text, wanted)

    read_back = compose(changed)
    assert read_back is not None
    assert decode_manifest(value_of(read_back)).resource == new
    concerned = {
        f"spec.{n}" for n in (*manifest["spec"], *wanted["spec"]) if _differs(n, manifest, wanted)
    }
    untouched = [line.text for line in lines if line.owner not in concerned]
    if manifest["spec"] and wanted["spec"]:
        remaining = iter(changed.split(newline))
        missing = [line for line in untouched if line not in remaining]
        assert not missing, f"lost or moved: {missing}\n{text}\n=>\n{changed}"
    if old == new:
        assert changed == text


def _differs(name: str, one: dict[str, Any], other: dict[str, Any]) -> bool:
    return (
        name not in one["spec"]
        or name not in other["spec"]
        or not same_value(one["spec"][name], other["spec"][name])
    )
