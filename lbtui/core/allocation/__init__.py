"""Address allocation: which service would get which address from which pool, or why none."""

from lbtui.core.allocation.controller import Controller, Outcome
from lbtui.core.allocation.forecast import (
    Conflict,
    Forecast,
    PoolUse,
    forecast,
    is_handled,
    open_controller,
    pool_uses,
    turn_order,
)
from lbtui.core.allocation.requests import read_request

__all__ = [
    "Conflict",
    "Controller",
    "Forecast",
    "Outcome",
    "PoolUse",
    "forecast",
    "is_handled",
    "open_controller",
    "pool_uses",
    "read_request",
    "turn_order",
]
