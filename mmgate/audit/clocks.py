"""The venue's clock beside the recorder's: nothing is received before it happens, or happens before it is sent."""

from __future__ import annotations

FOREVER_MS = 1 << 62


class Clocks:
    """Collects the shortest ways down (from the venue's time to receiving) and up (from sending to the venue's time).

    Both are as long as the clocks differ in the one direction, less what they differ in the other: so a way of less
    than nothing proves that they differ, and two such ways that no constant puts right.
    """

    def __init__(self, offset_ms: int) -> None:
        self._offset_ms = offset_ms
        self.down_ms = FOREVER_MS
        self.up_ms = FOREVER_MS
        self._line = 1

    def received(self, line: int, venue_ms: int, now_ms: int) -> None:
        """Note that something of the venue's time `venue_ms` was received."""
        if now_ms - venue_ms < self.down_ms:
            self.down_ms = now_ms - venue_ms
            self._line = line

    def landed(self, line: int, sent_ms: int, venue_ms: int) -> None:
        """Note that something sent has come to the venue."""
        if venue_ms - sent_ms < self.up_ms:
            self.up_ms = venue_ms - sent_ms
            self._line = line

    def flaw(self) -> tuple[int, str] | None:
        """Say where and how the clocks prove to differ."""
        if self.down_ms >= 0 and self.up_ms >= 0:
            return None
        told = []
        if self.down_ms < 0:
            told.append(f"something is received {-self.down_ms} ms before the venue's time of it")
        if self.up_ms < 0:
            told.append(f"something is at the venue {-self.up_ms} ms before it is sent")
        return self._line, f"the clocks differ: {' and '.join(told)}; {self._remedy()}"

    def _remedy(self) -> str:
        """Say which constant offset fits all that was seen, if any does."""
        if self.down_ms + self.up_ms < 0:
            return "no constant offset fits both, so one of them drifts or jumps"
        least = "" if self.up_ms == FOREVER_MS else f"{self._offset_ms - self.up_ms} to "
        return f"a clock_offset_ms of {least or 'at most '}{self._offset_ms + self.down_ms} fits"
