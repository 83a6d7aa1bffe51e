"""A document on disk with its own checksum: a flipped bit shows, and it is still plain JSON.

The checksum is the last field of the object, `"seal"`. A document without one, written by hand or
by an earlier version, is taken as it is.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from speaker.errors import DocumentError

_SEAL = re.compile(rb',"seal":"([0-9a-f]{32})"\}\s*\Z')
_TAIL = 64
"""Octets at the end in which a seal is looked for."""


def digest(document: bytes) -> str:
    """What names a document: 32 hex digits."""
    return blake2b(document, digest_size=16).hexdigest()


def sealed(document: bytes) -> bytes:
    """The JSON object `document` with its checksum as one more field."""
    return b'%s,"seal":"%s"}' % (document.rstrip()[:-1], digest(document.rstrip()).encode())


def unsealed(data: bytes) -> bytes:
    """What was given to `sealed`, blanks at its end apart.

    Raises:
        DocumentError: `malformed`, when it is not what was sealed.
    """
    found = _SEAL.search(data, max(0, len(data) - _TAIL))
    if found is None:
        return data
    document = data[: found.start()] + b"}"
    if digest(document) != found[1].decode():
        raise DocumentError("malformed", "its checksum does not fit: the file was damaged")
    return document
