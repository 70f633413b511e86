"""The command line: one Typer application, one guard around it, one exit code out of it.

Commands live in `mmgate.commands`, a module each, imported when they run: `mmgate --help` starts no engine.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import typer

from mmgate import completing
from mmgate.commands import (
    audit,
    compare,
    completion,
    config,
    doctor,
    matrix,
    observe,
    port,
    replay,
    simulate,
    specs,
    vectors,
    verify,
)
from mmgate.crash import SelfTestFailed, tell_crash
from mmgate.exits import ExitCode
from mmgate.inputs import InputRefused
from mmgate.loading import nearest

app = typer.Typer(
    name="mmgate",
    help="A pre-deployment gate for market-making code: a reference model, a simulated venue, specifications.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
verify.register(app)
simulate.register(app)
replay.register(app)
observe.register(app)
audit.register(app)
specs.register(app)
matrix.register(app)
config.register(app)
port.register(app)
vectors.register(app)
compare.register(app)
doctor.register(app)
completion.register(app)

INTERRUPTED = 130
"""What shells expect after Ctrl-C."""
TERMINATED = 143
"""What shells expect after a `kill`."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; nothing a user can cause ends in a traceback."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        _end_in_order_when_killed()
        completing.prepare()
        return int(app(args=given, prog_name="mmgate", standalone_mode=False) or ExitCode.DONE)
    except InputRefused as error:
        for line in error.lines:
            _tell(line)
        return ExitCode.USAGE
    except SelfTestFailed as failure:
        _tell(failure.line)
        return ExitCode.HARNESS
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("mmgate: interrupted\n")
        return INTERRUPTED
    except Exception as error:  # a usage error of the command-line library, or a fault of ours
        if hasattr(error, "format_message"):
            _tell(_usage(error, given))
            return ExitCode.USAGE
        tell_crash(error, given)
        return ExitCode.HARNESS


def _tell(line: str) -> None:
    """Write one line of an error; what a user gave can't move the cursor, ring or pretend to be a second line."""
    printable = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in line)
    sys.stderr.write(f"mmgate: {printable}\n")


def _end_in_order_when_killed() -> None:
    """Let a `kill` unwind the stack, so that children end and nothing half-written stays."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(TERMINATED))


def _usage(error: Any, given: list[str]) -> str:
    """Say on one line what is wrong with the command line, and where help is."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "mmgate"
    text = " ".join(str(error.format_message()).split()).rstrip(".")
    wrong = next((word for word in given if not word.startswith("-")), "")
    if context and context.parent is None and "No such command" in text and "Did you mean" not in text:
        text += nearest(wrong, context.command.list_commands(context))
    return f"{text}; see {path} --help"


if __name__ == "__main__":
    raise SystemExit(main())
