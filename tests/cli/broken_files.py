"""Broken manifests as people write them: octets of the file, and what must be found on which line.

Files that an editor or a version control system would mend or mangle (tabs, line ends, encodings,
thousands of levels) are written out here rather than kept as files.
"""

from __future__ import annotations

from typing import NamedTuple


class Broken(NamedTuple):
    """One file."""

    data: bytes
    found: set[tuple[int, str]]
    """Line and code of every error and warning."""
    fix: str = ""
    """Part of what the first of them says is to be done."""
    valid: bool = False
    """Whether MetalLB takes what is left."""


POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: p
  namespace: metallb-system
spec:
  addresses:
  - 198.51.100.0/24
"""
PEER = """\
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata:
  name: r
  namespace: metallb-system
spec:
  myASN: 64512
  peerASN: 64513
  peerAddress: 192.0.2.1
"""
ADVERTISEMENT = """\
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata:
  name: a
  namespace: metallb-system
spec:
  ipAddressPools: [p]
"""
SET = f"{POOL}---\n{PEER}---\n{ADVERTISEMENT}"
"""A sound set; the peer begins on line 10, the advertisement on line 20."""
ALIAS_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def changed(old: str, new: str, text: str = SET) -> bytes:
    """The sound set with text replaced that must be there."""
    assert old in text
    return text.replace(old, new, 1).encode()


def _syntax() -> dict[str, Broken]:
    """What is no YAML, or no text."""
    return {
        "tab": Broken(changed("  peerASN", "\tpeerASN"), {(17, "bad-yaml")}, "spaces"),
        "unclosed-bracket": Broken(changed("[p]", "[p"), {(27, "bad-yaml")}, "indentation"),
        "unclosed-quote": Broken(changed("- 198", '- "198'), {(9, "bad-yaml")}, "quote"),
        "colon-in-text": Broken(changed("name: r", "name: r: s"), {(13, "bad-yaml")}, "quotes"),
        "missing-colon": Broken(changed("spec:\n  add", "spec\n  add"), {(7, "bad-yaml")}, "`:`"),
        "bad-indentation": Broken(changed("  peerASN", "   peerASN"), {(17, "bad-yaml")}),
        "at-sign": Broken(changed("192.0.2.1", "@router"), {(18, "bad-yaml")}, "quotes"),
        "helm-template": Broken(
            changed("  namespace: metallb-system\n", '  {{- include "labels" . }}\n'),
            {(6, "bad-yaml")},
            "helm template",
        ),
        "helm-value": Broken(
            changed("64513", "{{ .Values.asn }}"), {(17, "bad-yaml")}, "helm template"
        ),
        "unknown-alias": Broken(changed("[p]", "*pools"), {(26, "bad-yaml")}),
        "unknown-tag": Broken(changed("64513", "!env ASN"), {(17, "wrong-type")}),
        "merge-of-text": Broken(changed("  myASN: 64512", "  <<: text"), {(16, "bad-yaml")}),
        "list-as-key": Broken(changed("  myASN", "  ? [a, b]\n  : 1\n  myASN"), {(16, "bad-yaml")}),
        "conflict-markers": Broken(
            changed("  myASN: 64512\n", "<<<<<<< HEAD\n  myASN: 64512\n=======\n>>>>>>> branch\n"),
            {(17, "bad-yaml")},
            "Resolve the conflict",
        ),
        "nul": Broken(changed("name: p", "name: p\0"), {(4, "bad-yaml")}, "Remove it"),
        "control-character": Broken(changed("name: p", "name: p\x07"), {(4, "bad-yaml")}),
        "latin-1": Broken(
            changed("name: p", "name: p # Zürich").decode().encode("latin-1"),
            {(4, "not-utf-8")},
            "iconv -f latin1",
        ),
        "utf-16": Broken(SET.encode("utf-16"), {(1, "not-utf-8")}, "iconv -f utf-16"),
        "binary": Broken(bytes(range(256)) * 8, {(2, "not-utf-8")}),
        "gzip": Broken(
            b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xe6\x02\x00", {(1, "not-utf-8")}
        ),
        "deep-lists": Broken(b"a: " + b"[" * 20_000 + b"]" * 20_000, {(1, "bad-yaml")}),
        "deep-mappings": Broken(
            "".join(f"{' ' * i}a:\n" for i in range(2_000)).encode(), {(102, "bad-yaml")}
        ),
        "alias-bomb": Broken(ALIAS_BOMB.encode(), {(6, "bad-yaml")}),
        "endless-alias": Broken(b"a: &a [*a]\n", {(1, "bad-yaml")}),
    }


def _schema() -> dict[str, Broken]:
    """YAML that the API server refuses, or drops something of."""
    long = "x" * 1_000_000
    return {
        "number-in-quotes": Broken(
            changed("64513", '"64513"'), {(17, "wrong-type")}, "without quotes"
        ),
        "text-for-number": Broken(changed("64513", "many"), {(17, "wrong-type")}),
        "asn-in-dots": Broken(changed("64513", '"1.10"'), {(17, "wrong-type")}, "65546"),
        "huge-number": Broken(changed("64513", "9" * 5_000), {(17, "wrong-type")}),
        "infinite-number": Broken(changed("64513", ".inf"), {(17, "wrong-type")}),
        "yes-for-true": Broken(
            changed("spec:\n  add", "spec:\n  autoAssign: 'yes'\n  add"), {(7, "wrong-type")}
        ),
        "number-for-text": Broken(changed("name: r", "name: 12"), {(13, "wrong-type")}, "quotes"),
        "map-for-list": Broken(changed("[p]", "{p: q}"), {(26, "wrong-type")}, "`- `"),
        "text-for-list": Broken(changed("[p]", "p"), {(26, "wrong-type")}, "`- `"),
        "list-for-map": Broken(
            changed("metadata:\n  name: r\n  namespace: metallb-system", "metadata: [name, r]"),
            {(12, "wrong-type"), (12, "missing-field")},
        ),
        "null-spec": Broken(changed("spec:\n  ipAddressPools: [p]", "spec:"), set(), valid=True),
        "no-spec": Broken(
            changed("spec:\n  addresses:\n  - 198.51.100.0/24\n", ""),
            {(1, "missing-field")},
            "Add spec",
        ),
        "null-item": Broken(changed("[p]", "[p, null]"), {(26, "wrong-type")}),
        "no-name": Broken(changed("  name: p\n", ""), {(3, "missing-field")}),
        "no-metadata": Broken(
            changed("metadata:\n  name: r\n  namespace: metallb-system\n", "", SET),
            {(10, "missing-field")},
        ),
        "wrong-version": Broken(changed("v1beta2", "v2"), {(10, "unknown-version")}, "v1beta2"),
        "no-version": Broken(
            changed("apiVersion: metallb.io/v1beta2\n", ""), {(10, "unknown-version")}, "v1beta2"
        ),
        "wrong-namespace": Broken(
            changed("name: r\n  namespace: metallb-system", "name: r\n  namespace: default"),
            {(14, "wrong-namespace"), (20, "no-peers")},
            "--namespace",
            valid=True,
        ),
        "wrong-kind": Broken(
            changed("BGPPeer", "BGPPear"),
            {(11, "unknown-kind"), (20, "no-peers")},
            "BGPPeer",
            valid=True,
        ),
        "unknown-field": Broken(
            changed("peerAddress", "peerAdress"), {(18, "unknown-field"), (15, "peer-no-address")}
        ),
        "duplicate-key": Broken(
            changed("  peerASN: 64513", "  peerASN: 64513\n  peerASN: 64514"),
            {(18, "duplicate-key")},
            "Remove one",
        ),
        "secret-as-number": Broken(
            changed("  myASN", "  password: 12345\n  myASN"), {(16, "wrong-type")}, "quotes"
        ),
        "wrong-unit": Broken(
            changed("  myASN", "  holdTime: 90\n  myASN"), {(16, "wrong-type")}, "quotes"
        ),
        "no-unit": Broken(
            changed("  myASN", "  holdTime: '90'\n  myASN"), {(16, "invalid-duration")}, "90s"
        ),
        "bad-choice": Broken(
            changed("  peerASN: 64513", "  dynamicASN: outside"), {(17, "bad-value")}, "external"
        ),
        "very-long-line": Broken(changed("192.0.2.1", long), {(18, "peer-invalid-address")}),
        "very-long-number": Broken(
            changed("198.51.100.0/24", f"198.51.100.0/{'9' * 10_000}"), {(8, "pool-invalid-cidr")}
        ),
        "one-word": Broken(b"hello\n", {(0, "no-resources")}, valid=True),
        "a-list": Broken(b"- a\n- b\n", {(0, "no-resources")}, valid=True),
        "a-list-of-items": Broken(
            b"apiVersion: v1\nkind: List\nitems: text\n", {(0, "no-resources")}, valid=True
        ),
    }


def _sets() -> dict[str, Broken]:
    """Objects that are sound one by one, and not together; and texts that only look broken."""
    return {
        "bom": Broken(b"\xef\xbb\xbf" + SET.encode(), set(), valid=True),
        "crlf": Broken(changed("64513", '"x"').replace(b"\n", b"\r\n"), {(17, "wrong-type")}),
        "no-newline": Broken(SET.strip().encode(), set(), valid=True),
        "empty-documents": Broken(
            f"---\n---\n# nothing\n---\n{SET}---\n---\n".encode(), set(), valid=True
        ),
        "only-comments": Broken(b"# to be done\n", {(0, "no-resources")}, valid=True),
        "empty": Broken(b"", {(0, "no-resources")}, valid=True),
        "unicode": Broken(
            changed("[p]", "[p, 'пул-\u202e\U0001f980']"), {(26, "unknown-pool")}, valid=True
        ),
        "the-same-twice": Broken(
            f"{SET}---\n{PEER}".encode(),
            {(36, "frr-duplicate-peer"), (28, "peer-duplicate"), (31, "duplicate-name")},
        ),
        "list-kind": Broken(
            b"apiVersion: v1\nkind: List\nitems:\n- apiVersion: metallb.io/v1beta1\n"
            b"  kind: IPAddressPool\n  metadata: {name: p, namespace: metallb-system}\n"
            b"  spec: {addresses: [198.51.100.0]}\n- 7\n",
            {(6, "pool-not-advertised"), (7, "pool-invalid-cidr")},
        ),
        "broken-among-sound": Broken(
            f"{POOL}---\n{{{{\n---\n{PEER}---\nkind: [\n---\n{ADVERTISEMENT}".encode(),
            {(11, "bad-yaml"), (23, "bad-yaml")},
        ),
    }


FILES: dict[str, Broken] = {**_syntax(), **_schema(), **_sets()}
"""File name, without its ending, → what it is."""
