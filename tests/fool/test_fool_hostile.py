"""Files that nobody should give: each is refused with exit 2 in clear lines, at once, and nothing is left behind.

`MMGATE_HOSTILE` says how many are made; `make deep` makes 10 000.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmgate import cli, corpus, gate, retracing, simulating, worlds
from mmgate.engines.judging import judge
from mmgate.profiles import suite_file
from mmgate.request import Entry, MakerRef
from mmgate.worlds import world_of
from model.config import KEYS
from specs.spec import Violation

CASES = int(os.environ.get("MMGATE_HOSTILE", "200"))
KINDS = 8
EACH = -(-CASES // KINDS)
PATIENCE_S = 20
EMBEDDED = Path(simulating.__file__).parents[1] / "sim" / "scenarios"
each = settings(
    max_examples=EACH,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Accepted(BaseException):
    """The file could be used: what follows is not hostile input's subject."""


class Hung(BaseException):
    """It took too long."""


@contextlib.contextmanager
def patience(seconds: int) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def stop(*_: object, **__: object) -> None:
    raise Accepted


@pytest.fixture(autouse=True)
def only_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every command end where it has read its files."""
    monkeypatch.setattr(gate, "Evidence", stop)
    monkeypatch.setattr(simulating, "Evidence", stop)
    monkeypatch.setattr(corpus, "judge", stop)
    monkeypatch.setattr(retracing, "run", stop)


made: Counter[str] = Counter()
"""How many files each test has given to a command."""


@pytest.fixture(autouse=True)
def as_many_as_promised(request: pytest.FixtureRequest) -> Iterator[None]:
    """A generator that runs dry would promise ten thousand and make a few hundred."""
    name = request.node.name
    yield
    if hasattr(request.function, "hypothesis") and made[name]:
        assert made[name] >= EACH, f"{name}: {made[name]} files, not {EACH}"


def refusal(files: dict[str, bytes], *words: str) -> str:
    """Run a command in a folder of these files; return what it says, empty where the files can be used."""
    made[os.environ["PYTEST_CURRENT_TEST"].split("::")[1].split(" ")[0]] += 1
    out, err = io.StringIO(), io.StringIO()
    worlds._remembered.cache_clear()  # files of one name, in folders of one name, are not the same
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        try:
            with (
                contextlib.chdir(folder),
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
                patience(PATIENCE_S),
            ):
                code = cli.main([*words])
        except Accepted:
            return ""
        finally:
            left = {path.name for path in Path(folder).iterdir()}
            assert left == set(files)
    told = err.getvalue()
    if code == 0 and words[0] == "specs":
        return ""
    assert code == 2, told
    assert out.getvalue() == ""
    assert told.endswith("\n")
    for line in told[:-1].split("\n"):
        assert line.startswith("mmgate: "), told
        assert line.isprintable(), told
        assert len(line) < 2000, told
    return told


# -- what is in the files

ODD = (
    "nan", "inf", "-inf", "-1", "0", "1e999999", "-1e999999", "1e-999999", "9" * 5000, '"\\u0007\\u001b[2J"', '""',
    "[]", "{}", "[[]]", "true", "2026-02-08", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
    "'x\u202ey'", "0x10", "1_0", "+1", "0.1", "[1, 'a', {}]", "'" + "x" * 3000 + "'", "10000000000000000",
)  # fmt: skip
CELLS = (
    "", "nan", "-1", "inf", "1e999", "0", "x", "\x1b[31m", "1" * 400, "1.5", '"1"', "0x1", "１", "1e-99", " 1", "-0",
)  # fmt: skip
odd = st.sampled_from(ODD)
junk = st.binary(max_size=60)


@st.composite
def spoiled(draw: st.DrawFn, sound: bytes) -> bytes:
    """Cut, overwrite, double or insert something somewhere."""
    at = draw(st.integers(0, len(sound)))
    until = draw(st.integers(at, min(len(sound), at + 40)))
    how = draw(st.sampled_from(("cut off", "cut out", "insert", "overwrite", "double")))
    match how:
        case "cut off":
            return sound[:at]
        case "cut out":
            return sound[:at] + sound[until:]
        case "insert":
            return sound[:at] + draw(junk) + sound[at:]
        case "overwrite":
            return sound[:at] + draw(junk) + sound[until:]
        case _:
            return sound[:until] + sound[at:]


@st.composite
def odd_values(draw: st.DrawFn, text: str) -> bytes:
    """Give some keys of a TOML text odd values, misspell some, repeat some lines."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        key, sign, value = lines[at].partition(" = ")
        if not sign:
            lines[at] = draw(st.sampled_from(("[[market]]", "[x]", "[maker", lines[at] * 2, "[[gate]]", "")))
        elif draw(st.booleans()):
            lines[at] = f"{key} = {draw(odd)}"
        else:
            lines[at] = f"{key}{draw(st.sampled_from(('', 'x', '.a', ' b')))} = {value}"
    return "\n".join(lines).encode()


CONFIG = (
    "[maker]\nenabled = true\nmarkets = ['GOLD']\n"
    + "".join(
        f"{key} = {value}\n" for key, value in (("num_levels", 3), ("min_offset_bps", 20), ("size_per_level_usd", 60))
    )
    + '[gate]\nprofile = "quick"\nseed = 3\nscenarios = ["signal"]\n[[waiver]]\nid = "OFF-3"\nreason = "r"\n'
    'owner = "o"\nexpires = 2999-01-01\n'
)
BBO = "recv_ms,exchange_ms,bid_px,bid_sz,ask_px,ask_sz"
MIDS = "ts_ms,symbol,mid,best_bid,best_ask"
TRADES = "recv_ms,exchange_ms,tid,side,price,size"
AT_MS = 1_757_015_216_000
QUOTES = "\n".join([BBO, *(f"{AT_MS + n},{AT_MS + n},99.9,5,100.1,5" for n in range(0, 9000, 1000)), ""])
TRADED = "\n".join([TRADES, *(f"{AT_MS + n},{AT_MS + n},{n},buy,100.1,5" for n in range(0, 9000, 1000)), ""])
MIXED = "\n".join([MIDS, *(f"{AT_MS + n},xyz:GOLD,100,99.9,100.1" for n in range(0, 9000, 1000)), ""])


@st.composite
def odd_cells(draw: st.DrawFn, text: str) -> bytes:
    """Give some cells of a table odd contents, or shuffle its rows."""
    rows = [line.split(",") for line in text.splitlines()]
    for _ in range(draw(st.integers(1, 3))):
        row = draw(st.sampled_from(rows))
        row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(CELLS))
    return "\n".join(",".join(row) for row in rows).encode()


@each
@given(
    st.one_of(
        odd_values(CONFIG),
        spoiled(CONFIG.encode()),
        junk,
        st.tuples(st.sampled_from(list(KEYS)), odd).map(lambda pair: f"[maker]\n{pair[0]} = {pair[1]}\n".encode()),
    )
)
def test_configs_are_refused_or_used(data: bytes):
    refusal({"mm.toml": data}, "verify", "--config", "mm.toml")
    refusal({"mm.toml": data}, "simulate", "signal", "--config", "mm.toml")


@each
@given(st.one_of(odd_cells(QUOTES), odd_cells(MIXED), spoiled(QUOTES.encode()), junk))
def test_ticks_are_refused_or_used(data: bytes):
    refusal({"t.csv": data}, "simulate", "recorded", "--ticks", "t.csv")


@each
@given(st.one_of(odd_cells(TRADED), spoiled(TRADED.encode()), junk))
def test_trades_are_refused_or_used(data: bytes):
    files = {"q.csv": QUOTES.encode(), "t.csv": data}
    refusal(files, "simulate", "recorded", "--ticks", "q.csv", "--trades", "t.csv")


@each
@given(spoiled(gzip.compress(QUOTES.encode(), mtime=0)))
def test_packed_ticks_are_refused_or_used(data: bytes):
    refusal({"t.csv.gz": data}, "simulate", "recorded", "--ticks", "t.csv.gz")


SCENARIOS = [(EMBEDDED / f"{name}.toml").read_text() for name in ("signal", "refusals", "account", "bad-prices")]


@each
@given(st.one_of(*(odd_values(text) for text in SCENARIOS), *(spoiled(text.encode()) for text in SCENARIOS), junk))
def test_scenarios_are_refused_or_used(data: bytes):
    refusal({"s.toml": data}, "simulate", "s.toml")


# -- reports and traces

REPORT = json.dumps(
    {
        "verdict": "PASS",
        "specs": [
            {
                "id": "ORD-1",
                "outcomes": [{"engine": "simulation", "word": "holds", "antecedents": 3, "contexts": {"a": 3}}],
            }
        ],
    },
    indent=1,
)


@each
@given(st.one_of(spoiled(REPORT.encode()), junk))
def test_reports_are_refused_or_used(data: bytes):
    told = refusal({"r.json": data}, "specs", "ORD-1", "--report", "r.json", "--quiet")
    assert told or b"ORD-1" in data


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The beginning of a simulation's trace, as it would be were the run no longer; unpacked."""
    out = tmp_path_factory.mktemp("simulated") / "o"
    with contextlib.redirect_stdout(io.StringIO()):
        assert cli.main(["simulate", "signal", "--quiet", "--out", str(out)]) == 0
    return b"".join(gzip.decompress((out / "trace.jsonl.gz").read_bytes()).splitlines(keepends=True)[:40])


@each
@given(st.data())
def test_traces_of_simulations_are_refused_or_used(simulated: bytes, data: st.DataObject):
    head, _, rest = simulated.partition(b"\n")
    whole = data.draw(st.one_of(spoiled(head).map(lambda line: line + b"\n" + rest), spoiled(simulated)))
    packed = data.draw(st.booleans())
    files = {"t.gz": data.draw(spoiled(gzip.compress(whole, mtime=0)))} if packed else {"t.jsonl": whole}
    refusal(files, "replay", *files)


@pytest.fixture(scope="session")
def witness(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sound trace, of a run cut down to a few seconds."""
    world = world_of(Entry("fixed", suite_file("fixed").config, "signal"), 1)
    steps = [step for step in world.script if step.at_ms < world.parameters.start_ms + 4000]
    short = replace(world, script=tuple(steps), parameters=replace(world.parameters, end_ms=steps[-1].at_ms + 1))
    judged = judge(short, MakerRef(), ["ORD-1"], keep=True)
    case = corpus.Case(
        MakerRef(), "ORD-1", "simulation", Violation("ORD-1", 0, 0, "made up"), short, judged.records[:60], "code"
    )
    path = tmp_path_factory.mktemp("trace") / "w.jsonl"
    corpus.save(path, case)
    return path.read_bytes()


def sealed(lines: list[bytes]) -> bytes:
    """Give a changed trace a digest that fits."""
    body = b"".join(line + b"\n" for line in lines)
    return body + json.dumps({"end": len(lines) - 2, "sha256": sha256(body).hexdigest()}).encode() + b"\n"


@each
@given(st.data())
def test_traces_are_refused_or_used(witness: bytes, data: st.DataObject):
    lines = witness.split(b"\n")[:-2]
    at = data.draw(st.sampled_from((0, 1, 2, len(lines) - 1)))
    text = lines[at].decode()
    tokens = [n for n in range(len(text)) if text[n] in ':,[{"']
    where = data.draw(st.sampled_from(tokens))
    put = data.draw(st.sampled_from(("null", "1e999", "-1", '"\\u001b"', "[]", "{}", "NaN", "9" * 5000, '"', "true,")))
    lines[at] = (text[: where + 1] + put + text[where + 1 :]).encode()
    refusal({"w.jsonl": sealed(lines)}, "replay", "w.jsonl")
    refusal({"w.jsonl": data.draw(spoiled(witness))}, "replay", "w.jsonl")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("timer_ms", 0),
        ("block_ms", -1),
        ("end_ms", 10**18),
        ("start_ms", -1),
        ("latency_max_ms", 10**15),
        ("delay_max_ms", -5),
        ("end_ms", 0),
    ],
)
def test_a_trace_of_a_world_that_never_ends_is_refused(witness: bytes, key: str, value: int):
    lines = witness.split(b"\n")[:-2]
    world = json.loads(lines[1])
    world["world"]["parameters"][key] = value
    lines[1] = json.dumps(world).encode()
    assert "parameters" in refusal({"w.jsonl": sealed(lines)}, "replay", "w.jsonl")


def test_a_trace_whose_script_goes_back_in_time_is_refused(witness: bytes):
    lines = witness.split(b"\n")[:-2]
    world = json.loads(lines[1])
    world["world"]["script"].reverse()
    lines[1] = json.dumps(world).encode()
    assert "follows one at" in refusal({"w.jsonl": sealed(lines)}, "replay", "w.jsonl")
