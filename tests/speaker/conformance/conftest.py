"""Where raw peers meet a speaker: over IPv4, and over IPv6."""

from __future__ import annotations

import pytest

from tests.speaker.conformance.peer import Place, place
from tests.speaker.running import SpeakerProcess

ENDS = {"ipv4": ("127.0.52.1", "127.0.52.2"), "ipv6": ("::1", "::1")}


@pytest.fixture
def here(speaker: SpeakerProcess) -> Place:
    return place(speaker, *ENDS["ipv4"])


@pytest.fixture(params=ENDS)
def anywhere(speaker: SpeakerProcess, request: pytest.FixtureRequest) -> Place:
    return place(speaker, *ENDS[request.param])
