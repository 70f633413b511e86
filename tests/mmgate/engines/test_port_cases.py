"""A port's wrong answers become small cases that replay with the port given, and the port is started few times."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from mmgate.corpus import FIXED, STILL_FAILS, QuestionCase, load, replay
from mmgate.engines import lawful
from mmgate.engines.drawing import check
from mmgate.engines.laws import LAWS
from mmgate.engines.witnesses import witnessed
from mmgate.profiles import QUICK
from mmgate.request import MakerRef, Request
from specs.spec import Word

MAKER = Path(__file__).parents[3] / "examples" / "python_port" / "maker.py"
TREND = next(law for law in LAWS if law.title == "the trend by definition")
TOLD = '    return {"trend": text(velocity.trend())}'


def port(path: Path) -> MakerRef:
    return MakerRef("port", shlex.join([sys.executable, str(path)]))


def spoiled(tmp_path: Path, wrong: str) -> MakerRef:
    source = MAKER.read_text(encoding="utf-8")
    assert source.count(TOLD) == 1
    path = tmp_path / "spoiled.py"
    path.write_text(source.replace(TOLD, wrong), encoding="utf-8")
    return port(path)


def caught(maker: MakerRef, tmp_path: Path) -> QuestionCase:
    outcome = lawful._law(TREND, maker, 120, 1, check)
    assert outcome.word is Word.VIOLATED
    shown = witnessed([outcome], [], Request(maker, (), ("VEL-1",), (), QUICK, 1, tmp_path, workers=0))
    (witness,) = shown.witnesses
    assert "--port" in witness.command
    case = load(witness.path)
    assert isinstance(case, QuestionCase)
    assert replay(witness.path, maker).word == STILL_FAILS
    assert replay(witness.path, port(MAKER)).word == FIXED
    return case


def test_a_wrong_answer_of_a_port_is_made_small(tmp_path: Path):
    wrong = TOLD.replace("velocity.trend()", "ZERO if len(velocity.moves) > 1 else velocity.trend()")
    case = caught(spoiled(tmp_path, wrong), tmp_path)
    assert len(case.question.case["moves"]) <= 3


def test_a_port_that_dies_over_a_case_is_started_again_and_the_case_is_made_small(tmp_path: Path):
    starts = tmp_path / "starts"
    wrong = (
        f"    if len(velocity.moves) > 1:\n        open({str(starts)!r}, 'a').write('x')\n        sys.exit(3)\n{TOLD}"
    )
    case = caught(spoiled(tmp_path, wrong), tmp_path)
    assert len(case.question.case["moves"]) <= 4
    assert len(starts.read_text()) <= lawful.PORT_SHRINKS + 5
