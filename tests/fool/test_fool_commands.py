"""Bad input to every command: exit 2, and lines that say the fact with its values and what to do; no traceback."""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

import pytest

from mmgate import cli

ROOT = Path(__file__).parents[2]
SET, TICKS = str(ROOT / "vectors"), str(ROOT / "examples" / "ticks.csv.gz")
HONEST = f"python3 {ROOT / 'examples' / 'python_port' / 'maker.py'}"
BAD: tuple[tuple[str, ...], ...] = (
    ("verify", "--config", "none.toml"),
    ("verify", "--config", "csv.toml"),
    ("verify", "--config", "utf16.toml"),
    ("verify", "--config", "deep.toml"),
    ("verify", "--config", "fifo"),
    ("verify", "--assume", "nonsense"),
    ("verify", "--assume", "round_trip_ms=-1"),
    ("verify", "--compare", "numbers"),
    ("verify", "--spec", "OFF-3", "--out", "/proc/x"),
    ("verify", "--port", "'x"),
    ("verify", "--port", "no-such-port"),
    ("verify", "--seed", "one"),
    ("simulate", "nosuch"),
    ("simulate", "evening", "--records", "csv"),
    ("simulate", "evening", "--out", "/dev/null"),
    ("simulate", "evening", "--config", "csv.toml"),
    ("replay", "none.jsonl"),
    ("replay", "csv.toml"),
    ("replay", "folder"),
    ("replay", "fifo"),
    ("observe", "none.csv"),
    ("observe", "csv.toml"),
    ("observe", "folder"),
    ("observe", TICKS, "--config", "csv.toml"),
    ("audit", "none.jsonl"),
    ("audit", "fifo"),
    ("audit", "empty"),
    ("audit", "csv.toml", "--map", "none.toml"),
    ("audit", "csv.toml", "--map", "csv.toml"),
    ("audit", "csv.toml", "--map", "map.toml"),
    ("audit", "csv.toml", "--spec", "nope"),
    ("audit", "packed.gz"),
    ("config", "check", "csv.toml"),
    ("config", "check", "none.toml"),
    ("config", "show", "folder"),
    ("port", "smoke", ""),
    ("port", "smoke", "no-such-port"),
    ("port", "smoke", "true", "--timeout", "0"),
    ("port", "serve", "--defect", "nope"),
    ("port", "serve", "--defect", "all"),
    ("compare", "--old", "true", "--new", ""),
    ("compare", "--old", "false", "--new", "false"),
    ("compare", "--old", HONEST, "--new", "no-such-port"),
    ("compare", "--old", HONEST, "--new", HONEST, "--compare", "words"),
    ("vectors", "fill", "--size", "huge"),
    ("vectors", "fill", "--out", str(ROOT / "model" / "vectors")),
    ("vectors", "fill", "--out", "folder"),
    ("vectors", "check", "folder"),
    ("vectors", "check", "fifo"),
    ("vectors", "check", SET, "--case", "nope"),
    ("vectors", "check", SET, "--port", "false"),
    ("vectors", "compare", SET, "folder"),
    ("vectors", "compare", SET, "none"),
    ("vectors", "compare", "empty", SET),
    ("vectors", "explain", "csv.toml"),
    ("vectors", "explain", "folder"),
    ("vectors", "explain", "fifo"),
    ("specs", "nope"),
    ("specs", "ORD-1", "--what"),
    ("specs", ""),
    ("matrix", "--defects", "nope"),
    ("matrix", "--engine", "nope"),
    ("matrix", "--profile", "nope"),
    ("doctor", "--nope"),
    ("doctor", "now"),
    ("doctor", "--json=maybe"),
    ("completion", "powershell"),
    ("completion",),
    ("completion", "bash", "zsh"),
    ("nosuchcommand",),
)
WHAT_TO_DO = re.compile(r"; |must |known are |did you mean |allowed|see mmgate")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what is no input: a table, another encoding, a pipe, a broken archive, a wrong mapping."""
    made = tmp_path_factory.mktemp("inputs")
    (made / "folder").mkdir()
    (made / "folder" / "mine.txt").write_text("of somebody else")
    (made / "csv.toml").write_text("a,b\n1,2\n")
    (made / "utf16.toml").write_bytes("[maker]\nenabled = true\n# ü\n".encode("utf-16"))
    (made / "deep.toml").write_text("a = " + "[" * 10_000 + "]" * 10_000 + "\n")
    (made / "map.toml").write_text("[lines]\nnumber = 3\n[linez]\na = 1\n[run]\nround_trip_ms = -5\n")
    (made / "packed.gz").write_bytes(b"\x1f\x8b\x08\x00 no archive")
    (made / "empty").touch()
    os.mkfifo(made / "fifo")
    return made


@pytest.mark.parametrize("words", BAD, ids=lambda words: " ".join(words).replace(str(ROOT), "."))
def test_a_bad_input_is_exit_2_and_says_what_is_wrong_and_what_to_do(folder: Path, words: tuple[str, ...]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main(list(words))
    lines = err.getvalue().splitlines()
    assert (code, out.getvalue()) == (2, ""), err.getvalue()
    assert lines
    for line in lines:
        assert line.startswith("mmgate: ")
        assert line.isprintable()
        assert WHAT_TO_DO.search(line), line


def test_the_lines_name_the_option_that_was_typed_and_are_not_cut(folder: Path):
    told = []
    for words in (("port", "serve", "--defect", "nope"), ("config", "check", "csv.toml")):
        err = io.StringIO()
        with contextlib.chdir(folder), contextlib.redirect_stderr(err):
            cli.main(list(words))
        told.append(err.getvalue())
    assert told[0].startswith('mmgate: --defect "nope": is no defect')
    assert "(at line 1, column 2); correct the file" in told[1]
