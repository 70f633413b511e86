"""A port's command line: split as a shell would split it, and started without one."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from mmgate.inputs import InputRefused, shown

ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
FOR_A_SHELL = re.compile(r"\|\|?|&&?|;|\d?>>?.*|<.*")
"""Words that a shell obeys; to a program they are arguments like any other."""


def split_command(command: str) -> list[str]:
    """Split a command line as a shell would; raises InputRefused if there is nothing there to start."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InputRefused(f"port {shown(command)}: {error}; quote the command line as for a shell") from None
    if not words:
        raise InputRefused("port: the command line is empty; name a program and its arguments")
    if "\0" in command or shutil.which(words[0]) is None:
        raise InputRefused(f"port {shown(command)}: {_why_not(words[0])}")
    return words


def _why_not(program: str) -> str:
    """Say why a program can't be started, and what to write instead."""
    if ASSIGNMENT.match(program):
        plain = shown(program).strip('"')
        return f"{plain} is no program, and no shell reads it; write env {plain} …"
    try:
        is_file = Path(program).is_file()
    except (OSError, ValueError):
        is_file = False
    if is_file and "/" in program:
        return f"{shown(program)} is there and may not be run: chmod +x, or name its interpreter"
    return f"no program {shown(program)} is there; name one, or the path of one"


def for_a_shell(command: str) -> list[str]:
    """List the words that only a shell would obey."""
    return [word for word in split_command(command) if FOR_A_SHELL.fullmatch(word)]
