"""Values that get past the field types, but not past the API server or MetalLB's decoder.

MetalLB reads a kind as one list: one object that does not decode takes the whole list down.
Source: the CRDs' validation rules; Go's metav1.Duration and uint32.
"""

from __future__ import annotations

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import BGPAdvertisement, BGPAdvertisementSpec, BGPPeer
from lbtui.core.rules.inputs import Inputs
from lbtui.core.values.durations import parse_duration

_MILLISECOND = 1_000_000
_SECOND = 1000 * _MILLISECOND


def check_decoding(inputs: Inputs) -> None:
    """Report what does not decode; leave out what the API server never lets in."""
    for ref, peer in inputs.sorted(BGPPeer):
        for text, path in (
            (peer.spec.hold_time, "holdTime"),
            (peer.spec.keepalive_time, "keepaliveTime"),
        ):
            if text is not None and parse_duration(text) is None:
                check_duration(inputs, ref, text, path)
        if peer.spec.connect_time is not None:
            check_connect_time(inputs, ref, peer.spec.connect_time)
    for ref, advertisement in inputs.sorted(BGPAdvertisement):
        if advertisement.spec.local_pref < 0:
            check_negative(inputs, ref, advertisement.spec.local_pref)
        if advertisement.spec.service_selectors:
            check_selectors_and_length(inputs, ref, advertisement.spec)


def check_duration(inputs: Inputs, ref: ResourceRef, text: str, path: str) -> None:
    """invalid-duration: MetalLB cannot read any peer then."""
    inputs.findings.error(
        "invalid-duration",
        f"{ref} has {path} {text!r}, which is no duration: MetalLB cannot read any BGPPeer",
        ref=ref,
        path=f"spec.{path}",
        fix="Write a number with a unit, for example 90s or 1m30s.",
    )


def check_connect_time(inputs: Inputs, ref: ResourceRef, text: str) -> None:
    """peer-connect-time: the API server refuses the object."""
    time = parse_duration(text)
    if time is not None and 1 <= time // _SECOND <= 65535:
        if time // _MILLISECOND % 1000 == 0:  # less than a millisecond goes unnoticed
            return
    inputs.leave_out(ref)
    inputs.findings.error(
        "peer-connect-time",
        f"{ref} has connectTime {text!r}; the API server refuses it",
        ref=ref,
        path="spec.connectTime",
        fix="Write whole seconds from 1s to 65535s.",
        nodes=0,
    )


def check_selectors_and_length(
    inputs: Inputs, ref: ResourceRef, spec: BGPAdvertisementSpec
) -> None:
    """adv-selectors-and-length: the API server refuses the object."""
    for length, default, field in (
        (spec.aggregation_length, 32, "aggregationLength"),
        (spec.aggregation_length_v6, 128, "aggregationLengthV6"),
    ):
        if length != default:
            inputs.leave_out(ref)
            inputs.findings.error(
                "adv-selectors-and-length",
                f"{ref} has serviceSelectors and {field} {length}; the API server refuses both",
                ref=ref,
                path=f"spec.{field}",
                fix=f"Remove the serviceSelectors, or set {field} to {default}.",
                nodes=0,
            )


def check_negative(inputs: Inputs, ref: ResourceRef, local_pref: int) -> None:
    """adv-negative-local-pref: MetalLB cannot read any advertisement then."""
    inputs.findings.error(
        "adv-negative-local-pref",
        f"{ref} has localPref {local_pref}: MetalLB cannot read any BGPAdvertisement",
        ref=ref,
        path="spec.localPref",
        fix="Write 0 or more.",
    )
