"""When the harness itself fails: one line for the person, the rest in a file."""

from __future__ import annotations

import platform
import shlex
import sys
import tempfile
import traceback
from hashlib import sha256
from pathlib import Path

FOLDER = "reports"


class SelfTestFailed(Exception):
    """The harness does not see what it must see, or sees what is not there: nothing it says is a verdict."""

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.line = f"self-test failed, no verdict: {fact}; reinstall mmgate, or mend its monitors and engines"


def save_report(error: BaseException, arguments: list[str]) -> Path | None:
    """Write what is needed to mend an internal error; return the file, or None if nothing could be written.

    The file's name is a digest of the error, so that repeating it does not fill the disk. It goes below
    `reports/` of the current folder if that is there, else to the system's folder for temporary files.
    """
    trace = "".join(traceback.format_exception(error))
    content = "\n".join(
        [
            f"mmgate failed: {type(error).__name__}: {error}",
            f"command: {shlex.join(['mmgate', *arguments])}",
            f"python {platform.python_version()} on {platform.platform()}",
            "",
            trace,
        ]
    )
    name = f"mmgate-crash-{sha256(trace.encode('utf-8', 'replace')).hexdigest()[:12]}.txt"
    folder = Path(FOLDER) if Path(FOLDER).is_dir() else Path(tempfile.gettempdir())
    for place in dict.fromkeys((folder, Path(tempfile.gettempdir()))):
        try:
            (place / name).write_text(content, encoding="utf-8", errors="replace")
            return place / name
        except OSError:
            continue
    return None


def tell_crash(error: BaseException, arguments: list[str]) -> None:
    """Say in one line that the harness failed, and where the report lies."""
    saved = save_report(error, arguments)
    words = " ".join(str(error).split())[:200]
    where = f"the report is {saved}" if saved else "no report could be written"
    sys.stderr.write(f"mmgate: internal error, no verdict: {type(error).__name__}: {words}; {where}\n")
