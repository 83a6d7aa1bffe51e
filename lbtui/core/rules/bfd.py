"""BFD profiles: their names, and the modes that do not fit what is announced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lbtui.core.configuration.model import Advertisement, Peer, Pool
from lbtui.core.objects.resources import BFDProfile
from lbtui.core.rules.inputs import Inputs


def check_bfd_profiles(inputs: Inputs) -> Mapping[str, BFDProfile]:
    """bfd-duplicate: two profiles of one name. Returns the profiles by name."""
    profiles: dict[str, BFDProfile] = {}
    for ref, profile in inputs.sorted(BFDProfile):
        if ref.name in profiles:
            inputs.findings.error(
                "bfd-duplicate",
                f"there are two BFD profiles named {ref.name!r}",
                ref=ref,
                fix="Delete or rename one of the two.",
            )
        profiles[ref.name] = profile
    return profiles


def check_bfd_echo(
    inputs: Inputs,
    profiles: Mapping[str, BFDProfile],
    pools: Sequence[Pool],
    peers: Sequence[Peer],
    advertisements: Sequence[Advertisement],
) -> None:
    """bfd-echo-v6: IPv6 addresses advertised to a peer whose BFD profile has echo mode.

    Source: MetalLB internal/config/validation.go validateConfig.
    """
    last = {peer.name: peer for peer in peers}
    ipv6_pools = {pool.name for pool in pools if pool.has_ipv6}
    echoing = [
        peer
        for peer in peers
        if peer.bfd_profile in profiles and profiles[peer.bfd_profile].spec.echo_mode
    ]
    for advertisement in advertisements:
        covered = sorted(ipv6_pools & advertisement.pools)
        for peer in echoing if covered else ():
            if advertisement.peers and peer.name not in advertisement.peers:
                continue
            inputs.findings.error(
                "bfd-echo-v6",
                f"{peer.ref} has BFD echo mode, which cannot work for the IPv6 addresses of pool "
                f"{covered[0]} that {advertisement.ref} announces to it",
                ref=peer.ref,
                path="spec.bfdProfile",
                fix="Use a BFD profile without echoMode, or keep this advertisement from the peer.",
                nodes=advertisement.nodes & peer.nodes,
                is_set_refused=last[peer.name] is peer,
            )
