"""The control API's documents, one msgspec struct each. Durations are seconds, times epoch seconds.

This is the only package of the speaker that clients import.
"""

from speaker.api.base import (
    API_HEADER,
    API_VERSION,
    Asn,
    Document,
    Family,
    Seconds,
    StateName,
    parse,
)
from speaker.api.calls import ActionDocument, ErrorBody, ErrorDetail, ErrorDocument, StopDocument
from speaker.api.observed import (
    BfdStatus,
    ErrorInfo,
    Event,
    GracefulRestartStatus,
    MalformedCounts,
    MessageCounts,
    PrefixCounts,
    RoutesDocument,
    SentRoute,
    SessionsDocument,
    SessionStatus,
    StatusDocument,
    TcpStatus,
    Transition,
)
from speaker.api.wanted import (
    BfdConfig,
    ConfigDocument,
    Route,
    RouteSetChange,
    SessionConfig,
    SpeakerConfig,
)

__all__ = [
    "API_HEADER",
    "API_VERSION",
    "ActionDocument",
    "Asn",
    "BfdConfig",
    "BfdStatus",
    "ConfigDocument",
    "Document",
    "ErrorBody",
    "ErrorDetail",
    "ErrorDocument",
    "ErrorInfo",
    "Event",
    "Family",
    "GracefulRestartStatus",
    "MalformedCounts",
    "MessageCounts",
    "PrefixCounts",
    "Route",
    "RouteSetChange",
    "RoutesDocument",
    "Seconds",
    "SentRoute",
    "SessionConfig",
    "SessionStatus",
    "SessionsDocument",
    "SpeakerConfig",
    "StateName",
    "StatusDocument",
    "StopDocument",
    "TcpStatus",
    "Transition",
    "parse",
]
