"""A child process and its three pipes, read and written without ever blocking beyond a deadline."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from mmgate.ports.children import (
    MARK,
    POLL_S,
    adopt_orphans,
    die_with_parent,
    end_children,
    marked,
    new_mark,
    wait_unreaped,
)
from mmgate.ports.messages import LINE_LIMIT
from model.journal import MakerFault

BYE_TIMEOUT_S = 1.0
LOOK_S = 0.25
"""So often is looked whether a child that says nothing still runs: what it started may keep its pipe open."""
STRAYS_TIMEOUT_S = 0.5
"""So long may what a port started outlive it."""
STDERR_LIMIT_BYTES = 1 << 20
CHUNK_BYTES = 1 << 16
UNASKED_BYTES = 200
"""So much is shown of what comes on stdout unasked."""
SILENT = ("timeout", "stays")
"""The kinds of findings that cost the whole time limit of a reply."""


class PortFault(MakerFault):
    """A port broke the protocol; `transcript`: the last lines that went to and fro, cut to what a person reads.

    `path`: the field that is wrong; `asked`, `answered`: the last request, whole, and the reply as far as one came.
    Kinds: not_started, exit, timeout, closed, not_utf8, not_json, too_long, wrong_id, wrong_type, unlike, refused,
    and at its end stays, unasked, strays. `greeted`: it had introduced itself before.
    """

    def __init__(
        self,
        kind: str,
        text: str,
        transcript: tuple[str, ...] = (),
        *,
        path: str = "",
        asked: str = "",
        answered: str = "",
    ) -> None:
        super().__init__(kind, text)
        self.transcript = transcript
        self.path, self.asked, self.answered = path, asked, answered
        self.greeted = True


class Child:
    """A child process and its three pipes, read and written without ever blocking beyond a deadline."""

    def __init__(self, words: list[str]) -> None:
        self._mark = new_mark()
        adopt_orphans()
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            preexec_fn=die_with_parent,  # should we be killed, nobody else would end it
            env={**os.environ, MARK: self._mark},
        )
        self._stdin, self._stdout, self._stderr = (
            pipe.fileno()
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr)
            if pipe is not None
        )
        self._stderr_path: Path | None = None
        self._stderr_left = STDERR_LIMIT_BYTES
        self._buffer = bytearray()
        self._selector = selectors.DefaultSelector()
        for handle in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(handle, False)
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._selector.register(self._stderr, selectors.EVENT_READ)

    def keep_stderr(self, path: Path | None, left: int) -> None:
        """Keep what it writes to stderr in a file, up to so many bytes; until then it stays in the pipe."""
        self._stderr_path, self._stderr_left = path, left

    def runs(self) -> bool:
        """Whether it has not ended by itself."""
        return wait_unreaped(self._process.pid, 0) is None

    def ask(self, request: bytes, timeout_s: float) -> bytes:
        """Write one line and read one line, both before the deadline; raises PortFault."""
        deadline = time.monotonic() + timeout_s
        self._write(request + b"\n", deadline, timeout_s)
        scanned = 0
        while (end := self._buffer.find(b"\n", scanned, LINE_LIMIT)) < 0:
            scanned = len(self._buffer)
            if scanned >= LINE_LIMIT:
                raise PortFault("too_long", f"the reply is longer than {LINE_LIMIT} bytes")
            self._wait(deadline, timeout_s)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def leave(self, timeout_s: float) -> bool:
        """Close its stdin and give it time to go by itself; false if it still runs."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        return wait_unreaped(self._process.pid, timeout_s) is not None

    def unasked(self) -> bytes:
        """Return the beginning of what it wrote to stdout after its last reply, once it has ended."""
        if not self._buffer:
            with suppress(BlockingIOError):
                self._buffer += os.read(self._stdout, CHUNK_BYTES)
        return bytes(self._buffer[:UNASKED_BYTES])

    def strays(self) -> int:
        """Count what it started and left running, after a moment to go too."""
        deadline = time.monotonic() + STRAYS_TIMEOUT_S
        while (left := [pid for pid in marked(self._mark) if pid != self._process.pid]) and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return len(left)

    def end(self) -> int:
        """End the child and all that it started; give what is left of the room for its stderr."""
        self._drain_stderr()
        self._selector.close()
        end_children(self._process, self._mark)
        self._drain_stderr()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        return self._stderr_left

    def _write(self, data: bytes, deadline: float, timeout_s: float) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._stdin, view) :]
            except BlockingIOError:
                self._selector.register(self._stdin, selectors.EVENT_WRITE)
                try:
                    self._wait(deadline, timeout_s)
                finally:
                    self._selector.unregister(self._stdin)
            except BrokenPipeError:
                raise self._gone() from None

    def _wait(self, deadline: float, timeout_s: float) -> None:
        """Wait until one of the pipes moves, and take in what came."""
        while not (ready := self._selector.select(max(0, min(deadline - time.monotonic(), LOOK_S)))):
            if time.monotonic() >= deadline:
                raise PortFault("timeout", f"no reply within {timeout_s:g} s")
            if not self.runs() and not self._selector.select(0):
                raise self._gone(", and what it started keeps its pipe open")
        for key, _ in ready:
            if key.fd == self._stdout:
                chunk = os.read(self._stdout, CHUNK_BYTES)
                if not chunk:
                    raise self._gone()
                self._buffer += chunk
            elif key.fd == self._stderr and not self._drain_stderr():
                self._selector.unregister(self._stderr)

    def _drain_stderr(self) -> bool:
        """Keep what the child wrote to stderr, up to the limit; false when that pipe has ended."""
        for _ in range(STDERR_LIMIT_BYTES // CHUNK_BYTES):
            try:
                chunk = os.read(self._stderr, CHUNK_BYTES)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not chunk:
                return False
            kept = chunk[: self._stderr_left]
            if kept and self._stderr_path is not None:
                self._stderr_left -= len(kept)
                with self._stderr_path.open("ab") as file:
                    file.write(kept)
        return True

    def _gone(self, more: str = "") -> PortFault:
        """Say how the child left."""
        status = wait_unreaped(self._process.pid, BYE_TIMEOUT_S)
        if status is None:
            return PortFault("closed", "the port closed its pipe and runs on")
        how = "exit code" if status.si_code == os.CLD_EXITED else "signal"
        return PortFault("exit", f"the port ended with {how} {status.si_status} before its reply{more}")
