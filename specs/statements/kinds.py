"""The words with which statements are written."""

from __future__ import annotations

from specs.spec import Severity

P0, P1, P2 = Severity.P0, Severity.P1, Severity.P2

FUNCTION = "function property"
ALWAYS = "always"
RESPONSE = "response within a bound"
ABSENCE = "absence after"
EXISTENCE = "existence"
