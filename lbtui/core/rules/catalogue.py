"""Every code of what MetalLB or the API server refuses: what it means, what to do about it."""

from __future__ import annotations

from lbtui.core.diagnostics import Severity
from lbtui.core.judging import Rule

_CONFIG = "MetalLB internal/config/config.go"
_VALIDATION = "MetalLB internal/config/validation.go"
_SCHEMA = "MetalLB's CRDs (config/crd): the API server's schema"
_SOURCES = (
    ("native-", _VALIDATION),
    ("frr-k8s-password", "MetalLB internal/bgp/frrk8s/frrk8s.go updateConfig"),
    ("frr-k8s-local-pref", "frr-k8s internal/controller/merge.go"),
    ("frr-", f"{_VALIDATION} peersCanRunOnSameNode"),
    ("bfd-echo", _VALIDATION),
    ("peer-connect-time", _SCHEMA),
    ("peer-", f"{_CONFIG} peerFromCR"),
    ("community-alias", f"{_CONFIG} communitiesFromCrs"),
    ("community-", "MetalLB internal/bgp/community"),
    ("unknown-alias", f"{_CONFIG} getCommunityValue"),
    ("pool-", f"{_CONFIG} addressPoolFromCR, poolsFor"),
    ("adv-negative", "Go decoding of BGPAdvertisement.spec.localPref"),
    ("adv-selectors", _SCHEMA),
    ("adv-", f"{_CONFIG} bgpAdvertisementFromCR, validateBGPAdvPerPool"),
    ("too-many-communities", "MetalLB internal/bgp/frr/frr.go, internal/bgp/native/native.go"),
    ("selector-invalid", "apimachinery meta/v1 LabelSelectorAsSelector"),
    ("invalid-duration", "Go decoding of metav1.Duration"),
    ("wrong-namespace", "MetalLB internal/k8s: only its own namespace is watched"),
    ("namespace-missing", "kubectl: the context's namespace; MetalLB internal/k8s: only its own"),
    ("old-configmap", "MetalLB release notes, 0.13: configuration by custom resources only"),
    ("kustomization", "kustomize: patches and transformers are applied when it is built"),
    ("bfd-duplicate", f"{_CONFIG} bfdProfilesFor"),
    ("selector-", f"{_CONFIG} validateDuplicate"),
    ("list-", f"{_CONFIG} validateDuplicate"),
    ("", _SCHEMA),
)
"""Codes by how they begin, the first that fits, and their source."""


def _source(code: str) -> str:
    return next(source for start, source in _SOURCES if code.startswith(start))


_ERRORS = """
unreadable-file | A file cannot be read; what it holds is missing. | Make it readable, or move it.
bad-yaml | A document is no valid YAML; what it holds is missing. | Correct it at the place named.
not-utf-8 | A file is not UTF-8 text; what it holds is missing. | Convert it to UTF-8.
duplicate-key | A mapping has one key twice; kubectl refuses it. | Remove one of the two.
wrong-type | A field holds a value of another type than it takes. | Write the type it takes.
out-of-range | A number is outside the range that the field takes. | Stay in the range.
bad-value | A field holds a value that it does not take. | Write one of the values it takes.
missing-field | A field that must be there is missing. | Add it.
unknown-version | The API server does not know this apiVersion. | Write the one it knows.
invalid-duration | A duration cannot be read, so no BGPPeer can. | Write for example 90s or 1m30s.
peer-connect-time | connectTime is not whole seconds from 1s to 65535s. | Write whole seconds.
adv-negative-local-pref | A negative localPref: no BGPAdvertisement can be read. | Write 0 or more.
selector-invalid | Kubernetes refuses a label selector. | Correct the selector.
selector-duplicate | A list has the same selector twice. | Remove one of the two.
selector-duplicate-expression | A selector has the same expression twice. | Remove one of the two.
list-duplicate | A list names the same thing twice. | Remove one of the two.
native-bfd | Native BGP mode knows no BFD. | Use FRR, or remove the profiles.
native-keepalive | Native BGP mode has no keepaliveTime. | Use FRR, or remove the field.
native-vrf | Native BGP mode has no VRFs. | Use FRR, or remove the field.
native-connect-time | Native BGP mode has no connectTime. | Use FRR, or remove the field.
native-graceful-restart | Native BGP mode has no graceful restart. | Use FRR, or remove the field.
native-disable-mp | Native BGP mode has no disableMP. | Use FRR, or remove the field.
native-dual-stack-address-family | Native BGP mode sends one family. | Use FRR, or remove the field.
native-dynamic-asn | Native BGP mode needs a peerASN. | Use FRR, or set peerASN.
native-interface | Native BGP mode has no unnumbered sessions. | Use FRR, or set peerAddress.
native-local-asn | Native BGP mode has no localASN. | Use FRR, or remove the field.
native-ipv6-pool | Native BGP mode sends only IPv4, and an IPv6 pool is advertised. | Use FRR.
native-large-community | Native BGP mode has no large communities. | Use FRR, or a standard one.
frr-router-id | Peers of one node have different router IDs. | Give all the same, or none.
frr-duplicate-peer | Two peers of one node go to the same router. | Delete one of the two.
frr-my-asn | Peers of one node and VRF have different myASN. | Give all the same.
frr-k8s-password-and-secret | A password beside a passwordSecret: no session. | Remove the latter.
frr-k8s-local-pref-conflict | One prefix gets several localPrefs on a node. | Give it one.
bfd-duplicate | Two BFD profiles have one name. | Delete or rename one of the two.
bfd-echo-v6 | IPv6 is announced to a peer with BFD echo mode. | Use a profile without it.
peer-missing-local-asn | A peer has no myASN. | Set it.
peer-missing-remote-asn | A peer has neither peerASN nor dynamicASN. | Set one of the two.
peer-asn-and-dynamicasn | A peer has both peerASN and dynamicASN. | Remove one of the two.
peer-ibgp-multihop | ebgpMultiHop is set for a peer in the same AS. | Remove it.
peer-no-address | A peer has neither peerAddress nor interface. | Set one of the two.
peer-address-and-interface | A peer has both peerAddress and interface. | Remove one of the two.
peer-hold-time | The hold time is neither 0 nor 3s or more. | Set holdTime to 0s, or 3s or more.
peer-keepalive-above-hold | keepaliveTime is above holdTime. | Set it to a third of holdTime.
peer-invalid-address | peerAddress is no IP address. | Write one.
peer-invalid-router-id | routerID is no IP address. | Write an IPv4 address.
peer-invalid-source | sourceAddress is no IP address. | Write one.
peer-invalid-characters | A line break where FRR's configuration has none. | Remove it.
peer-password-and-secret | A peer has both password and passwordSecret. | Remove the password.
peer-secret-not-found | The Secret with the password does not exist. | Create it.
peer-secret-type | The Secret is not of type kubernetes.io/basic-auth. | Make one that is.
peer-secret-no-password | The Secret has no key password. | Add it.
peer-unknown-bfd-profile | The BFD profile does not exist. | Create it, or correct the name.
peer-duplicate | A peer exists twice, equal in every field. | Delete one of the two.
community-alias-invalid | The value of an alias is no community. | Write 65000:1 or large:65000:1:2.
community-alias-duplicate | An alias is defined twice. | Remove or rename one of the two.
community-invalid-value | A community has a bad number. | Write 65000:1 or large:65000:1:2.
unknown-alias | Text is neither a community nor the name of an alias. | Define the alias.
pool-no-addresses | A pool has no addresses. | Give it a CIDR or a range.
pool-invalid-cidr | An address entry is no CIDR. | Write for example 192.0.2.0/24.
pool-invalid-range | An end of a range is no address. | Write for example 192.0.2.10-192.0.2.20.
pool-range-family-or-order | A range ends before it begins. | Swap its ends.
pool-mixed-range-crash | A range from IPv4 to IPv6 makes MetalLB crash. | Write two ranges.
pool-duplicate-name | Two pools have one name. | Delete or rename one of the two.
pool-duplicate-namespace | A pool lists a namespace twice. | Remove one of the two.
pool-overlap | An address is in two entries. | Take it out of one of the two.
adv-duplicate | An advertisement exists twice, equal in every field. | Delete one of the two.
adv-selectors-and-length | serviceSelectors together with aggregation. | Remove one of the two.
adv-length-not-allowed-v4 | aggregationLength is above 32. | Set it to 32 or less.
adv-length-not-allowed-v6 | aggregationLengthV6 is above 128. | Set it to 128 or less.
adv-length-shorter-than-pool | A prefix would be larger than the pool's blocks. | Lengthen it.
adv-local-pref-conflict | Two advertisements give the same routes two localPrefs. | Give them one.
too-many-communities | A route has more than 63 communities and is not sent. | Remove some.
"""

_WARNINGS = """
no-resources | Nothing that lbtui reads was found. | Check the path.
deprecated-version | metallb.io/v1beta1 of BGPPeer is deprecated. | Write metallb.io/v1beta2.
wrong-namespace | An object outside MetalLB's namespace is ignored. | Move it, or say --namespace.
old-configmap | MetalLB reads no ConfigMap since 0.13. | Write custom resources instead.
unknown-kind | MetalLB has no such kind. | Correct the kind.
unknown-field | The API server drops a field that it does not know. | Correct or remove it.
localpref-spelling | localpref is spelled localPref; the API server drops it. | Write localPref.
"""

_NOTES = """
namespace-missing | An object names no namespace; kubectl chooses one. | Write MetalLB's.
kustomization | kustomize is not run: files are read as they stand. | Render it first.
empty-folder | A folder holds no .yaml or .yml file. | Check the path, or make a resource there.
"""


def _rules(table: str, severity: Severity) -> tuple[Rule, ...]:
    """One rule a line: code | meaning | remedy."""
    rows = (line.split(" | ") for line in table.strip().splitlines())
    return tuple(
        Rule(code, severity, meaning, remedy, _source(code)) for code, meaning, remedy in rows
    )


RULES: tuple[Rule, ...] = (
    *_rules(_ERRORS, Severity.ERROR),
    *_rules(_WARNINGS, Severity.WARNING),
    *_rules(_NOTES, Severity.INFO),
)
"""Every code of acceptance, errors first; those of lint are in `lbtui.core.lint.RULES`."""
