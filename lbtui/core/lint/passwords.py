"""TCP MD5 passwords; their values are never told."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from lbtui.core.configuration.model import Peer
from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import counted, listed
from lbtui.core.objects.cluster_resources import Secret
from lbtui.core.objects.repairs import SetField
from lbtui.core.objects.resources import METALLB_NAMESPACE

MD5_KEY_OCTETS = 80
"""Linux TCP_MD5SIG_MAXKEYLEN."""


@rule(
    "inline-password",
    INFO,
    meaning="A password stands in the BGPPeer, readable by all who can read it, and in Git.",
    remedy="Put it into a Secret of type kubernetes.io/basic-auth and name that in passwordSecret.",
    source="MetalLB api/v1beta2/bgppeer_types.go passwordSecret",
)
def inline_password(facts: Facts) -> Iterator[Finding]:
    """spec.password; its value is never told."""
    for ref, peer in facts.written_peers:
        if peer.spec.password is not None and peer.spec.password.reveal():
            message = f"the password of {ref} stands in the manifest for all to read"
            fix = "Put it into a Secret of type kubernetes.io/basic-auth, named by passwordSecret."
            yield Finding(ref, "spec.password", message, fix)


@rule(
    "password-length",
    ERROR,
    meaning="A password is longer than a TCP MD5 key can be: the session cannot be set up.",
    remedy="Use a password of 1 to 80 octets.",
    source="Linux TCP_MD5SIG_MAXKEYLEN; RFC 2385 section 4.5",
)
def password_length(facts: Facts) -> Iterator[Finding]:
    """More than 80 octets, in a Secret or inline."""
    for peer in facts.config.peers:
        if peer.password is None:
            continue
        octets = len(peer.password.reveal().encode("utf-8", "surrogateescape"))
        if octets > MD5_KEY_OCTETS:
            message = (
                f"the password of {peer.ref} has {octets} octets; a TCP MD5 key has 80 at most"
            )
            yield Finding(
                peer.ref, _password_path(facts, peer), message, "Use a shorter one.", peer.nodes
            )


@rule(
    "password-empty",
    WARNING,
    meaning="The Secret's password is empty: the session runs without TCP MD5.",
    remedy="Write a password into the Secret.",
    source="MetalLB internal/config/config.go passwordFromSecret",
)
def password_empty(facts: Facts) -> Iterator[Finding]:
    """An empty key `password`."""
    for peer in facts.config.peers:
        if peer.password is not None and not peer.password.reveal():
            message = f"the Secret of {peer.ref} has an empty password: the session has no MD5"
            yield Finding(peer.ref, _password_path(facts, peer), message, "Write a password.")


@rule(
    "password-not-base64",
    WARNING,
    meaning="A Secret's data.password is not base64: the API server refuses the Secret.",
    remedy="Encode it, or write it under stringData.",
    source="Kubernetes core/v1 Secret: the values of data are base64",
)
def password_not_base64(facts: Facts) -> Iterator[Finding]:
    """Secrets that peers take passwords from."""
    references = (peer.spec.password_secret for _, peer in facts.written_peers)
    used = {reference.name for reference in references if reference is not None}
    for ref, secret in facts.resources.items(Secret) if used else ():
        data = secret.data.get("password")
        if ref.name not in used or data is None or "password" in secret.string_data:
            continue
        try:
            base64.b64decode(data.reveal().replace("\n", ""), validate=True)
        except ValueError:
            message = f"data.password of {ref} is not base64: the API server refuses the Secret"
            fix = "Encode it, or write it as it is under stringData."
            yield Finding(ref, "data.password", message, fix)


def _password_path(facts: Facts, peer: Peer) -> str:
    """Where the password of a peer comes from."""
    reference = facts.spec_of_peer[peer.ref].spec.password_secret
    return "spec.passwordSecret.name" if reference and reference.name else "spec.password"


@rule(
    "password-blank",
    WARNING,
    meaning="A password begins or ends with a blank, which FRR cuts off and routers may not.",
    remedy="Write it without the blank.",
    source="FRR lib/command: blanks around a line's last word are cut off",
)
def password_blank(facts: Facts) -> Iterator[Finding]:
    """Line breaks are refused altogether, by an error of their own."""
    for peer in facts.config.peers:
        text = peer.password.reveal() if peer.password is not None else ""
        if text.strip() != text.strip("\r\n") and text.strip("\r\n") == text:
            message = (
                f"the password of {peer.ref} begins or ends with a blank: the two ends of the "
                "session may not use the same key, and then it never comes up"
            )
            fix = "Take the blank away, here and on the router."
            yield Finding(peer.ref, _password_path(facts, peer), message, fix, peer.nodes)


@rule(
    "secret-not-here",
    INFO,
    meaning="Peers take passwords from Secrets, and there is no Secret among the manifests.",
    remedy="Nothing to do if they are in the cluster; give them too to have them checked.",
    source="MetalLB internal/config/config.go passwordFromSecret",
)
def secret_not_here(facts: Facts) -> Iterator[Finding]:
    """One finding for all peers; as soon as there is a Secret, a missing one is an error."""
    naming = [
        (ref, peer.spec.password_secret.name)
        for ref, peer in facts.written_peers
        if peer.spec.password_secret is not None and peer.spec.password_secret.name
    ]
    if naming and facts.config.options.assume_secrets and not facts.resources.all(Secret):
        names = dict.fromkeys(name for _, name in naming)
        what = f"{'Secret' if len(names) == 1 else 'Secrets'} {listed(names)}"
        message = (
            f"{what} of {counted(len(naming), 'peer')} not among the manifests: taken to be in "
            f"the namespace {naming[0][0].namespace}, of type kubernetes.io/basic-auth, with a "
            "key password"
        )
        fix = "Nothing to do if they are in the cluster; give them too to have them checked."
        yield Finding(naming[0][0], "spec.passwordSecret.name", message, fix)


@rule(
    "secret-namespace",
    WARNING,
    meaning="passwordSecret names another namespace; MetalLB looks only into its own.",
    remedy="Put the Secret into MetalLB's namespace.",
    source="MetalLB internal/k8s: secrets are listed in MetalLB's namespace",
)
def secret_namespace(facts: Facts) -> Iterator[Finding]:
    """spec.passwordSecret.namespace against the peer's own."""
    for ref, peer in facts.written_peers:
        reference = peer.spec.password_secret
        own = ref.namespace or METALLB_NAMESPACE
        if reference and reference.name and reference.namespace not in ("", own):
            message = f"{ref} takes its password from {reference.namespace}; MetalLB reads {own}"
            edit = SetField(ref, "spec.passwordSecret.namespace", None)
            fix = f"Put the Secret into {own} and remove the namespace."
            path = edit.path
            yield Finding(ref, path, message, fix, edit=edit, needs_decision=True)
