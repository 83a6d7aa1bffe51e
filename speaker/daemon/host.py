"""What a wanted state asks of this host beyond what every host can do."""

from __future__ import annotations

from collections.abc import Sequence

from speaker.api import ErrorDetail, SpeakerConfig
from speaker.errors import DocumentError
from speaker.network.options import md5_problem


def check_host(speakers: Sequence[SpeakerConfig]) -> None:
    """Refuse a document whose sessions would be weaker here than it says. Raises DocumentError."""
    problems = [
        ErrorDetail(f"speakers[{position}].sessions[{number}].password", md5_problem())
        for position, speaker in enumerate(speakers)
        for number, session in enumerate(speaker.sessions)
        if session.password is not None and md5_problem()
    ]
    if problems:
        raise DocumentError("invalid", "this host cannot do what the document asks for", problems)
