"""Compares recorded readings of single values with lbtui's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from lbtui.core import load_resources, resolve
from lbtui.core.objects.meta import LabelSelector
from lbtui.core.values.addresses import Address, AddressError, Network, parse_address, parse_entry
from lbtui.core.values.communities import CommunityError, CommunityValue, parse_community
from lbtui.core.values.durations import parse_duration
from lbtui.core.values.selectors import SelectorError, compile_selector

ReadError = (AddressError, CommunityError, SelectorError)


def check(given: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Everything in which lbtui differs from the record."""
    ours = READERS[given["what"]](given["input"])
    theirs = {key: expected.get(key) for key in ours}
    return [] if ours == theirs else [f"{given['what']} {given['input']!r}: {ours}, not {theirs}"]


def _refused(kind: str | None) -> dict[str, Any]:
    """A refusal with its kind; None: the kind is not compared."""
    return {"valid": False} if kind is None else {"valid": False, "error_kind": kind}


def _addresses(text: str) -> dict[str, Any]:
    try:
        networks = parse_entry(text)
    except AddressError as error:
        return _refused(error.code)
    return {
        "valid": True,
        "lowest_mask": min((network.ones for network in networks), default=0),
        "nets": [_network(network) for network in networks],
    }


def _network(network: Network) -> dict[str, Any]:
    return {
        "bits": network.bits,
        "family": f"ipv{network.family}",
        "ip": str(Address(network.family, network.first)),
        "ones": network.ones,
        "string": str(network),
    }


def _overlap(texts: list[str]) -> dict[str, Any]:
    first, second = (parse_entry(text) for text in texts)
    return {"valid": True, "overlap": any(a.overlaps(b) for a in first for b in second)}


def _ip(text: str) -> dict[str, Any]:
    address = parse_address(text)
    if address is None:
        return _refused(None)
    return {"valid": True, "string": str(address), "family": f"ipv{address.family}"}


def _aggregate(given: Mapping[str, Any]) -> dict[str, Any]:
    address = parse_address(given["ip"])
    assert address is not None
    lengths = {4: given["aggregationLength"], 6: given["aggregationLengthV6"]}
    return {"valid": True, "prefix": str(address.masked(lengths[address.family]))}


def _community(text: str) -> dict[str, Any]:
    try:
        value = parse_community(text)
    except CommunityError as error:
        return _refused("format" if error.is_format else "value")
    number = {} if value.is_large else {"uint32": value.first}
    return {"valid": True, "string": str(value), "large": value.is_large, **number}


def _communities_order(texts: list[str]) -> dict[str, Any]:
    def written(value: CommunityValue) -> str:
        return f"large:{value}" if value.is_large else str(value)

    return {"valid": True, "sorted": [written(v) for v in sorted(map(parse_community, texts))]}


def _selector(given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        selector = compile_selector(msgspec.convert(given["selector"], LabelSelector))
    except SelectorError:
        return _refused("selector-invalid")
    matches = [selector.matches(labels) for labels in given["labels"]]
    return {"valid": True, "string": str(selector), "matches": matches}


def _timers(given: Mapping[str, Any]) -> dict[str, Any]:
    if any(text is not None and parse_duration(text) is None for text in given.values()):
        return _refused("decode")
    spec = {"myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.1", **given}
    manifest = {
        "apiVersion": "metallb.io/v1beta2",
        "kind": "BGPPeer",
        "metadata": {"name": "peer", "namespace": "metallb-system"},
        "spec": {key: value for key, value in spec.items() if value is not None},
    }
    config, diagnostics = resolve(load_resources([manifest]).resources)
    if diagnostics:
        return _refused(diagnostics[0].code)
    peer = config.peers[0]
    return {
        "valid": True,
        **_timer("holdTime", peer.hold_time),
        **_timer("keepaliveTime", peer.keepalive_time),
    }


def _timer(name: str, seconds: float | None) -> dict[str, Any]:
    if seconds is None:
        return {f"{name}_ns": None, f"{name}_s": None}
    return {f"{name}_ns": round(seconds * 1e9), f"{name}_s": int(seconds)}


READERS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "addresses": _addresses,
    "aggregate": _aggregate,
    "communities-order": _communities_order,
    "community": _community,
    "ip": _ip,
    "overlap": _overlap,
    "selector": _selector,
    "timers": _timers,
}
