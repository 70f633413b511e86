"""The registry of all specs, in reading order, and the monitors that judge them."""

from __future__ import annotations

from specs.monitor import Monitor
from specs.spec import Spec

SPECS: tuple[Spec, ...] = ()
MONITORS: tuple[type[Monitor], ...] = ()
