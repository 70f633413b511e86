"""The import law of docs/architecture.md is kept, and every contract that says so bites."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = [contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]]
LINT = Path(sysconfig.get_path("scripts")) / "lint-imports"

# One module for each contract, with the import that it forbids.
OFFENCES = {
    "mmgate stands on sim and specs, which do not know each other, and both on model": (
        "sim/offence.py",
        "import specs.spec",
    ),
    "specs read the model's words and never its kernels": (
        "specs/definitions/offence.py",
        "from model import quoting",
    ),
    "model needs nothing but the standard library and annotated_types": (
        "model/offence.py",
        "import pydantic",
    ),
    "model has no input, output, clock, randomness or logging": ("model/clock.py", "import time"),
    "simpy lives in sim": ("mmgate/offence.py", "import simpy"),
    "hypothesis lives in mmgate.engines and mmgate.ports": ("mmgate/data/offence.py", "import hypothesis"),
    "crosshair lives in mmgate.engines.symbolic": ("mmgate/engines/offence.py", "import crosshair"),
    "z3 lives in mmgate.engines.prover": ("mmgate/engines/offence_too.py", "import z3"),
}
# What the law allows, and a contract written too tightly would refuse.
ALLOWED = {
    "specs/allowed.py": "from model import actions, config, events, journal, market",
    "specs/contracts/allowed.py": "from model import quoting",
    "specs/system.py": "from model import quoting",
    "specs/defects/allowed.py": "from model import quoting",
    "sim/allowed.py": "import simpy\nfrom model import quoting",
    "mmgate/allowed.py": "import pydantic, sim.allowed, specs.allowed\nfrom model import quoting",
    "mmgate/engines/allowed.py": "import hypothesis",
    "mmgate/engines/symbolic.py": "import crosshair",
    "mmgate/engines/prover.py": "import z3",
    "mmgate/ports/allowed.py": "import hypothesis",
    "model/allowed.py": "import decimal\nimport annotated_types",
}
BARE = ["specs/spec.py"] + [
    f"model/{name}.py" for name in ("actions", "config", "events", "journal", "market", "quoting")
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the import linter on the packages in `folder`."""
    return subprocess.run(
        [sys.executable, str(LINT), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def small_house(folder: Path, modules: dict[str, str]) -> Path:
    """Lay out the four packages with little in them, under this repository's contracts."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in (
        "model",
        "sim",
        "specs",
        "specs/contracts",
        "specs/definitions",
        "specs/defects",
        "mmgate",
        "mmgate/engines",
        "mmgate/ports",
        "mmgate/data",
    ):
        (folder / package).mkdir()
        (folder / package / "__init__.py").touch()
    for name in BARE:
        (folder / name).touch()
    for name, text in modules.items():
        (folder / name).write_text(text + "\n")
    return folder


def test_the_import_law_is_kept():
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in answer.stdout


def test_every_contract_is_broken_by_the_import_it_forbids(tmp_path: Path):
    answer = lint(small_house(tmp_path, dict(OFFENCES.values())))
    assert set(OFFENCES) == set(CONTRACTS)
    assert [name for name in CONTRACTS if f"{name} BROKEN" not in answer.stdout] == []


def test_the_contracts_allow_what_the_law_allows(tmp_path: Path):
    answer = lint(small_house(tmp_path, ALLOWED))
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("path", sorted((ROOT / "model").rglob("*.py")), ids=lambda path: path.name)
def test_model_imports_only_the_standard_library_and_annotated_types(path: Path):
    allowed = {*sys.stdlib_module_names, "annotated_types", "model"}
    roots = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            roots |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            roots.add((node.module or "").split(".")[0])
    assert roots <= allowed
