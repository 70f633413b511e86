"""The folder that a run leaves behind: written under a temporary name, renamed when it is whole.

A name that is there already is replaced only if it is a run's folder; nothing half-written ever bears it.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import TracebackType

from mmgate.inputs import InputRefused, shown_path

MARK = "report.json"
"""The file that makes a folder a run's folder, if it tells of a run of this program."""
PROGRAM = "mmgate"
REPORTS = Path("reports")
HOME = Path(__file__).resolve().parent.parent
PACKAGES = ("model", "sim", "specs", "mmgate")


class Evidence:
    """A run's folder in the making: write into `folder`, then `publish`; leaving without that removes it."""

    def __init__(self, final: Path, mark: str = MARK) -> None:
        _check(final, mark)
        self.final = final
        self.folder = final.parent / f".{final.name}.{os.getpid()}.partial"
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir()
        except OSError as error:
            told = (error.strerror or str(error)).lower()
            raise InputRefused(f"--out {shown_path(final)}: {told}; name a folder that can be written") from None

    def write(self, name: str, content: str) -> None:
        """Write one text file of the run."""
        (self.folder / name).write_text(content, encoding="utf-8", errors="replace", newline="\n")

    def publish(self) -> Path:
        """Give the folder its name and return it; a former run's folder of that name goes."""
        former = self.folder.with_suffix(".former")
        if self.final.exists():
            self.final.rename(former)
        self.folder.rename(self.final)
        shutil.rmtree(former, ignore_errors=True)
        return self.final

    def placed(self, text: str) -> str:
        """Rewrite a text that names the folder in the making to name the published one."""
        return text.replace(str(self.folder), str(self.final))

    def __enter__(self) -> Evidence:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def write_whole(path: Path, content: str, what: str) -> None:
    """Write a file the user named, whole or not at all. Raises InputRefused if it can't be written."""
    partial = path.parent / f".{path.name}.{os.getpid()}.partial"
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "is a folder; name a file")
        if path.exists() and not path.is_file():  # a device or a pipe would be replaced by a file
            raise OSError(0, "is no regular file; name a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(content, encoding="utf-8", errors="replace", newline="\n")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        told = (error.strerror or str(error)).lower()
        raise InputRefused(
            f"{what} {shown_path(path)}: {told}{'' if ';' in told else '; name another place'}"
        ) from None


def _check(final: Path, mark: str) -> None:
    """Refuse a place where a run's folder can't be, or would replace something else."""
    name = shown_path(final)
    if final.name in ("", ".", ".."):
        raise InputRefused(f"--out {name}: must name the run's own folder, such as reports/first")
    here = final.resolve()
    for package in PACKAGES:
        if here.is_relative_to(HOME / package):
            raise InputRefused(f"--out {name}: lies inside the installed package {package}; name another folder")
    if HOME.name == "site-packages" and here.is_relative_to(HOME):
        raise InputRefused(f"--out {name}: lies among installed packages; name another folder")
    if final.is_symlink() or (final.exists() and not final.is_dir()):
        raise InputRefused(f"--out {name}: is no folder; name one that is not there yet")
    if final.is_dir() and any(final.iterdir()) and not _tells_of_a_run(final / mark):
        raise InputRefused(f"--out {name}: holds other things than a run; name a folder that is not there yet")


def _tells_of_a_run(path: Path) -> bool:
    """Tell whether a file is the mark of a folder that this program wrote; others call their reports so, too."""
    if path.name != MARK:
        return path.is_file()
    try:
        run = json.loads(path.read_text(encoding="utf-8"))["run"]["command"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return False
    return isinstance(run, list) and run[:1] == [PROGRAM]
