"""Judges one peer by itself.

Source: MetalLB internal/config/config.go peerFromCR, parseTimers.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from lbtui.core.objects.cluster_resources import Secret
from lbtui.core.objects.meta import Hidden
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import BFDProfile, BGPPeerSpec
from lbtui.core.rules.inputs import Inputs
from lbtui.core.values.addresses import Address, parse_address
from lbtui.core.values.durations import parse_duration
from lbtui.core.values.nodes import NodeSet

_SECOND = 1_000_000_000
_BASIC_AUTH = "kubernetes.io/basic-auth"


@dataclass(frozen=True, slots=True)
class Timers:
    """Hold and keepalive time in nanoseconds; None: not configured."""

    hold: int | None = None
    keepalive: int | None = None


class PeerReader:
    """Judges one peer; reports everything wrong with it."""

    def __init__(self, inputs: Inputs, ref: ResourceRef, spec: BGPPeerSpec, nodes: NodeSet) -> None:
        """`nodes` are those that the peer selects."""
        self._inputs = inputs
        self._ref = ref
        self._spec = spec
        self._nodes = nodes
        self.is_good = True

    def _error(self, code: str, path: str, message: str, fix: str) -> None:
        """Report that something is wrong with this peer."""
        self.is_good = False
        self._inputs.findings.error(
            code,
            f"{self._ref} {message}",
            ref=self._ref,
            path=f"spec.{path}",
            fix=fix,
            nodes=self._nodes,
        )

    def check_asns(self) -> None:
        """peer-missing-local-asn, peer-missing-remote-asn, peer-asn-and-dynamicasn, ..."""
        spec = self._spec
        if spec.my_asn == 0:
            self._error("peer-missing-local-asn", "myASN", "has no myASN", "Set myASN.")
        if spec.peer_asn == 0 and spec.dynamic_asn is None:
            self._error(
                "peer-missing-remote-asn",
                "peerASN",
                "has neither peerASN nor dynamicASN",
                "Set one of the two.",
            )
        if spec.peer_asn != 0 and spec.dynamic_asn is not None:
            self._error(
                "peer-asn-and-dynamicasn",
                "dynamicASN",
                "has both peerASN and dynamicASN",
                "Remove one of the two.",
            )
        if spec.peer_asn == spec.my_asn and spec.ebgp_multi_hop:
            self._error(
                "peer-ibgp-multihop",
                "ebgpMultiHop",
                "has ebgpMultiHop, but its peerASN is its myASN",
                "Remove ebgpMultiHop, or correct the AS numbers.",
            )

    def check_target(self) -> None:
        """peer-no-address, peer-address-and-interface."""
        spec = self._spec
        if not spec.peer_address and not spec.interface:
            self._error(
                "peer-no-address",
                "peerAddress",
                "has neither peerAddress nor interface",
                "Set one of the two.",
            )
        if spec.peer_address and spec.interface:
            self._error(
                "peer-address-and-interface",
                "interface",
                "has both peerAddress and interface",
                "Remove one of the two.",
            )

    def read_timers(self) -> Timers:
        """peer-hold-time, peer-keepalive-above-hold; what is missing follows from the other."""
        hold = parse_duration(self._spec.hold_time) if self._spec.hold_time is not None else None
        keepalive = (
            parse_duration(self._spec.keepalive_time)
            if self._spec.keepalive_time is not None
            else None
        )
        if hold is None and keepalive is None:
            return Timers()
        if hold is None:
            assert keepalive is not None
            hold = _wrapped(keepalive * 3)
        elif keepalive is None:
            keepalive = _truncate(hold, 3)
        if _truncate(hold, _SECOND) != 0 and _truncate(hold, _SECOND) < 3:
            self._error(
                "peer-hold-time",
                "holdTime" if self._spec.hold_time is not None else "keepaliveTime",
                "has a hold time that is neither 0 nor 3s or more",
                "Set holdTime to 0s, or to 3s or more.",
            )
        elif keepalive > hold:
            self._error(
                "peer-keepalive-above-hold",
                "keepaliveTime",
                "has a keepaliveTime above its holdTime",
                "Set keepaliveTime to a third of holdTime.",
            )
        return Timers(hold, keepalive)

    def read_address(self, text: str, code: str, path: str) -> Address | None:
        """peer-invalid-*: text that is not an address; None if it is empty or broken."""
        if not text:
            return None
        address = parse_address(text)
        if address is None:
            self._error(
                code,
                path,
                f"has the {path} {text!r}, which is not an IP address",
                "Write an IPv4 or IPv6 address, without a mask or a zone.",
            )
        return address

    def check_lines(self) -> None:
        """peer-invalid-characters: line breaks would break FRR's configuration."""
        for text, path in ((self._spec.interface, "interface"), (self._spec.vrf, "vrf")):
            if "\n" in text or "\r" in text:
                self._error(
                    "peer-invalid-characters",
                    path,
                    f"has a line break in {path}",
                    "Write it on one line.",
                )

    def check_selectors(self) -> None:
        """The same selector, expression or value twice in nodeSelectors."""
        self._inputs.check_selector_duplicates(
            self._spec.node_selectors, self._ref, "spec.nodeSelectors", self._nodes
        )

    def read_password(self, secrets: Mapping[tuple[str, str], Secret]) -> Hidden | None:
        """peer-password-and-secret, peer-secret-*; None if there is no password."""
        reference = self._spec.password_secret
        secret_name = reference.name if reference is not None else ""
        password = self._spec.password
        if password is not None and not password.reveal():
            password = None
        if password is not None and secret_name:
            self._error(
                "peer-password-and-secret",
                "passwordSecret",
                "has both a password and a passwordSecret",
                "Remove the password.",
            )
            return password
        is_known = bool(secrets) or not self._inputs.options.assume_secrets
        if secret_name and is_known and not self._inputs.options.secret_passthrough:
            secret = secrets.get((self._ref.namespace, secret_name))
            password = self._password_from(secret, secret_name)
        if password is not None and set(password.reveal()) & {"\n", "\r"}:
            self._error(
                "peer-invalid-characters",
                "password" if not secret_name else "passwordSecret",
                "has a line break in its password",
                "Use a password without line breaks.",
            )
        return password

    def _password_from(self, secret: Secret | None, name: str) -> Hidden | None:
        """The value of `password` in a secret of the right type."""
        if secret is None:
            self._error(
                "peer-secret-not-found",
                "passwordSecret.name",
                f"takes its password from the Secret {name!r}, which does not exist",
                self._other_secret(name),
            )
            return None
        if secret.type != _BASIC_AUTH:
            self._error(
                "peer-secret-type",
                "passwordSecret.name",
                f"takes its password from the Secret {name!r}, which is not of type {_BASIC_AUTH}",
                f"Make a new Secret of type {_BASIC_AUTH}; the type of one cannot be changed.",
            )
            return None
        value = secret.string_data.get("password")
        if value is None and "password" in secret.data:
            value = _decoded(secret.data["password"])
        if value is None:
            self._error(
                "peer-secret-no-password",
                "passwordSecret.name",
                f"takes its password from the Secret {name!r}, which has no key password",
                "Add the key password to the Secret.",
            )
        return value

    def _other_secret(self, name: str) -> str:
        """What to do about a Secret that is not there; it may be in another namespace."""
        own = self._ref.namespace
        secrets = self._inputs.resources.items(Secret)
        found = sorted(ref.namespace for ref, _ in secrets if ref.name == name)
        if found:
            return f"Move it from the namespace {found[0]} to {own}, where MetalLB looks."
        return f"Create the Secret in the namespace {own}, of type {_BASIC_AUTH}."

    def check_bfd_profile(self, profiles: Mapping[str, BFDProfile]) -> None:
        """peer-unknown-bfd-profile."""
        name = self._spec.bfd_profile
        if name and name not in profiles:
            self._error(
                "peer-unknown-bfd-profile",
                "bfdProfile",
                f"names the BFD profile {name!r}, which does not exist",
                "Create the profile, or correct the name.",
            )


def _decoded(data: Hidden) -> Hidden:
    """A value of a Secret's `data`, which is base64; what is not is taken as it stands."""
    try:
        octets = base64.b64decode(data.reveal(), validate=True)
    except binascii.Error:
        return data
    return Hidden(octets.decode("utf-8", "surrogateescape"))


def _wrapped(value: int) -> int:
    """What is left of a product in 64 bits with a sign, as in Go."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def _truncate(value: int, divisor: int) -> int:
    """Integer division towards zero, as in Go."""
    return abs(value) // divisor * (1 if value >= 0 else -1)
