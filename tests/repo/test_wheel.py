"""What is shipped is complete, and the main job runs from it: elsewhere, offline, beside a decoy `model/`."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("model", "sim", "specs", "mmgate")
BUILD_SECONDS = 120
VERIFY_SECONDS = 900  # a guard against a hang: on a machine that others load, too, a minute of work has taken five
needs_command = pytest.mark.skipif(
    not (ROOT / "mmgate" / "cli.py").is_file(), reason="mmgate/cli.py is not written yet"
)


def run(
    command: list[str | Path], folder: Path, seconds: int = BUILD_SECONDS
) -> subprocess.CompletedProcess[str]:
    """Run `command` in `folder` with nothing of this test's environment but PATH."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "COLUMNS": "200"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from this checkout."""
    out = tmp_path_factory.mktemp("dist")
    built = run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT], out)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = out.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment that borrows the dependencies of this one; return its bin.

    The borrowed folder is added by name, so its own .pth files (the editable mmgate) are not read.
    """
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(home, with_pip=False)
    (site,) = (home / "lib").glob("python*/site-packages")
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python")]
    answer = run([*pip, "install", "--quiet", "--no-index", "--no-deps", wheel], home)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


@pytest.fixture
def empty_folder(tmp_path: Path) -> Path:
    """Give a folder in which a user keeps a `model/` of their own."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "__init__.py").write_text("raise SystemExit('the decoy was imported')\n")
    return tmp_path


def test_the_wheel_holds_the_four_packages_and_nothing_else(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {*PACKAGES, f"{wheel.name.rsplit('-', 3)[0]}.dist-info"}


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path):
    shipped = set(zipfile.ZipFile(wheel).namelist())
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    present = {path.relative_to(ROOT).as_posix() for path in files if path.suffix != ".pyc"}
    assert sorted(present - shipped) == []
    assert {f"{package}/py.typed" for package in PACKAGES} <= shipped


def test_the_installed_packages_are_the_wheels_own(installed: Path, empty_folder: Path):
    code = "import model as a, sim as b, specs as c, mmgate as d; print(*(m.__file__ for m in (a, b, c, d)))"
    answer = run([installed / "python", "-P", "-c", code], empty_folder)
    (site,) = (installed.parent / "lib").glob("python*/site-packages")
    assert answer.stdout.split() == [str(site / package / "__init__.py") for package in PACKAGES]


@needs_command
def test_the_command_explains_itself_where_it_is_installed(installed: Path, empty_folder: Path):
    answer = run([installed / "mmgate", "--help"], empty_folder)
    assert answer.returncode == 0, answer.stderr
    assert "verify" in answer.stdout


@needs_command
def test_the_main_job_runs_from_the_wheel_beside_a_decoy_and_passes(installed: Path, empty_folder: Path):
    answer = run([installed / "mmgate", "verify", "--profile", "quick"], empty_folder, VERIFY_SECONDS)
    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-4000:]
    assert "PASS" in answer.stdout
    assert (empty_folder / "reports").is_dir()


def test_a_decoy_that_would_win_is_named_in_one_line_and_not_imported(installed: Path, empty_folder: Path):
    answer = run([installed / "python", "-m", "mmgate", "doctor"], empty_folder)
    assert answer.returncode == 2
    assert answer.stderr.startswith(
        f"mmgate: package `model` would come from {empty_folder / 'model'}, not from "
    )
    assert len(answer.stderr.splitlines()) == 1


def test_a_decoy_on_pythonpath_is_named_by_the_command_too(installed: Path, empty_folder: Path):
    answer = run(["env", f"PYTHONPATH={empty_folder}", installed / "mmgate", "doctor"], empty_folder)
    assert answer.returncode == 2
    assert "take that path off PYTHONPATH" in answer.stderr
