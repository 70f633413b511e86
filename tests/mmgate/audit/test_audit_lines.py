"""Lines of a log: what JSON is read in them, and what is not."""

from __future__ import annotations

import json

import pytest

from mmgate.audit.lines import loaded

LINES = (
    b'{"n":1,"px":"4966.1"}\n',
    b' {"n": 1} \n',
    b'{"n":1}\r\n',
    b'{"n":1}{"n":2}\n',
    b'{"n":"\xc3\xa4"}\n',
    b'{"n":"\xff"}\n',
    b'\xef\xbb\xbf{"n":1}\n',
    '{"n":1}\n'.encode("utf-16"),
    b"\n",
    b"7\n",
)


def told(read, line):
    """What a reader makes of a line: its value, or that it is none."""
    try:
        return read(line)
    except ValueError:
        return "no JSON"


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_line_is_read_as_json_loads_reads_it(line):
    assert told(loaded, line) == told(json.loads, line)
