"""The folder in which mutants live: a copy of what judges need, with every function in reach of the tester.

The tester leaves decorated functions alone and judges whatever lies in its folder; so the copy has no cache and writes
each property as a plain method. Nothing outside the folder is written.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from mutation.scope import EXAMPLES, ROOT

PACKAGES = ("model", "sim", "specs", "mmgate")
CACHED = re.compile(r"^@lru_cache\(.*\)\n", re.MULTILINE)
PROPERTY = re.compile(r"^    @property\n    def (\w+)\(self\)", re.MULTILINE)
DRAWN = re.compile(r"max_examples=(\d+)")

SETTINGS = """\
[tool.mutmut]
source_paths = ["model"]
also_copy = ["sim", "specs", "mmgate", "vectors"]
pytest_add_cli_args_test_selection = ["tests/"]
process_isolation = "forkserver"
timeout_constant = 8.0
timeout_multiplier = 5.0
track_dependencies = false
use_git_change_detection = false
use_setproctitle = false

[tool.pytest.ini_options]
addopts = ["--import-mode=importlib", "-p", "no:cacheprovider"]
"""
"""A mutant ends as a time-out after five times what its judges take, and 40 s; twice that in processor time."""


def laid_open(text: str) -> str:
    """Return a module whose decorated functions are plain: the tester mutates no others."""
    plain = r"    \1 = property(lambda self: self.plain_\1())\n\n    def plain_\1(self)"
    return PROPERTY.sub(plain, CACHED.sub("", text))


def brief(text: str) -> str:
    """Return a test file that draws at most `EXAMPLES` examples of each property."""
    return DRAWN.sub(lambda found: f"max_examples={min(EXAMPLES, int(found[1]))}", text)


def lay_out(folder: Path, root: Path = ROOT) -> None:
    """Write the folder anew from a checkout: the packages, the vectors, the judges, the settings."""
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in (*PACKAGES, "vectors"):
        shutil.copytree(root / name, folder / name, ignore=ignored)
    shutil.copytree(root / "tests" / "model", folder / "tests" / "model", ignore=ignored)
    shutil.copytree(root / "mutation" / "judges", folder / "tests" / "judges", ignore=ignored)
    (folder / "tests" / "judges" / "conftest.py").rename(folder / "tests" / "conftest.py")
    for path in sorted((folder / "model").glob("*.py")):
        path.write_text(laid_open(path.read_text(encoding="utf-8")), encoding="utf-8")
    for path in sorted((folder / "tests").rglob("test_*.py")):
        path.write_text(brief(path.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
