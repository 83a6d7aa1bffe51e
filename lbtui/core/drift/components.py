"""Whether the components took the configuration that is there."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.drift.difference import Difference
from lbtui.core.drift.reports import ConfigurationState
from lbtui.core.drift.sides import Sides
from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.objects.cluster_resources import Node
from lbtui.core.objects.resource_set import ResourceRef

_STATE = "MetalLB internal/k8s/controllers/configuration_state_controller.go"
_SPEAKER = "speaker"
_SUCCESS = "success"


@rule(
    "configuration-stale",
    ERROR,
    meaning="A component refused the configuration and goes on with the last one it accepted.",
    remedy="Mend what it names; until then no other change has any effect there.",
    source=_STATE,
)
def configuration_stale(sides: Sides) -> Iterator[Difference]:
    """One finding for each component; its own words say what is wrong."""
    for one in sides.configurations.facts if sides.configurations else ():
        if one.status.result == "Invalid":
            yield _about(sides, one, f"keeps its last valid configuration: {_why(one)}")


@rule(
    "configuration-unjudged",
    INFO,
    meaning="A component has not said what it thinks of the configuration.",
    remedy="Wait until it has started; look into its log if this stays.",
    source=_STATE,
)
def configuration_unjudged(sides: Sides) -> Iterator[Difference]:
    """One finding for each component."""
    for one in sides.configurations.facts if sides.configurations else ():
        if one.status.result not in ("Valid", "Invalid"):
            yield _about(sides, one, "has not judged the configuration yet")


@rule(
    "speaker-not-reporting",
    WARNING,
    meaning="A node has no speaker that reports, while other nodes have.",
    remedy="Look whether the speaker's pod runs there, and whether a taint keeps it away.",
    source=_STATE,
)
def speaker_not_reporting(sides: Sides) -> Iterator[Difference]:
    """One finding for all such nodes that are to run a session."""
    reported = sides.configurations
    if reported is None or not sides.knows_nodes:
        return
    speakers = {one.node for one in reported.facts if one.component == _SPEAKER}
    wanted = 0
    for peer in sides.tables.config.peers:
        wanted |= peer.nodes
    missing = wanted & ~sides.nodes.mask_of(speakers)
    if speakers and missing:
        ref = ResourceRef(Node.kind, "", sides.nodes.first(missing))
        what = f"no speaker reports from {sides.nodes.describe(missing)}: nothing is known to be "
        yield Difference(ref, f"{what}announced from there", reported.stamp, missing)


@rule(
    "frr-configuration-refused",
    ERROR,
    meaning="frr-k8s could not make or load FRR's configuration: the node keeps its old one.",
    remedy="Mend the conflict that it names; look at every FRRConfiguration of the node.",
    source="frr-k8s internal/controller/frrstate_controller.go",
)
def frr_configuration_refused(sides: Sides) -> Iterator[Difference]:
    """One finding for each node."""
    for one in sides.frr_nodes.facts if sides.frr_nodes else ():
        results = {
            "converting the FRRConfigurations": one.status.last_conversion_result,
            "reloading FRR": one.status.last_reload_result,
        }
        for what, result in results.items():
            if result.strip().lower() not in ("", _SUCCESS):
                assert sides.frr_nodes is not None
                ref = ResourceRef(one.kind, "", one.name)
                told = f"{what} failed on {one.name}: {_shortened(result)}"
                yield Difference(ref, told, sides.frr_nodes.stamp, sides.bit(one.name))


def _about(sides: Sides, one: ConfigurationState, what: str) -> Difference:
    assert sides.configurations is not None
    ref = ResourceRef(one.kind, one.metadata.namespace, one.name)
    where = f" of {one.node}" if one.node else ""
    told = f"the {one.component or one.name}{where} {what}"
    return Difference(ref, told, sides.configurations.stamp, sides.bit(one.node))


def _why(one: ConfigurationState) -> str:
    failed = [c for c in one.status.conditions if c.status == "False" and c.message]
    said = one.status.error_summary or "; ".join(c.message for c in failed)
    since = min((c.last_transition_time for c in failed if c.last_transition_time), default="")
    text = _shortened(said) or "it does not say why"
    return f"{text} (since {since})" if since else text


def _shortened(text: str, limit: int = 300) -> str:
    """One line without a password that somebody's error message may quote."""
    words = " ".join(text.split()).rstrip(".")
    head, found, _ = words.partition("password ")
    words = f"{head}password ***" if found else words
    return words if len(words) <= limit else f"{words[:limit]}…"
