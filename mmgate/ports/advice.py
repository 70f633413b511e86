"""What the protocol asks for where a port broke it: one sentence for its developer, and the section that says more."""

from __future__ import annotations

import re

from mmgate.ports.child import PortFault

PAGE = "docs/port-protocol.md"

KINDS: dict[str, tuple[str, str]] = {
    "not_started": (
        "a program that runs, and its arguments; no shell reads the command line",
        "Transport",
    ),
    "exit": ("the process goes on until `bye` or the end of its stdin; stderr says why it ended", "Transport"),
    "timeout": (
        "one line for each request, ended by a newline and flushed at once; "
        "read line by line: the end of stdin comes only after `bye`",
        "Transport",
    ),
    "closed": ("stdin and stdout stay open until `bye`", "Transport"),
    "not_utf8": ("each line is UTF-8", "Transport"),
    "not_json": (
        "stdout carries one JSON object per line and nothing else; what a port logs goes to stderr. "
        "NaN and Infinity are no JSON: write them as strings",
        "Transport",
    ),
    "too_long": ("a line has at most 1 MiB; stdout carries replies and nothing else", "Transport"),
    "wrong_id": (
        "each reply carries the `id` of its request, the same integer; one reply per request, none unasked",
        "Transport",
    ),
    "refused": (
        "every request shown in the protocol is answered; an event the system has no entrance for is answered "
        "with no actions, and listed in `ignores`",
        "Requests and replies",
    ),
    "wrong_action": (
        "a place has a market of the life, positive px and sz and a cloid of its own, never used again, "
        "in no later life either; a cancel names an order that the port placed or was told of",
        "Actions",
    ),
    "stays": ("after `bye` is answered the process ends by itself, without a shutdown", "Requests and replies"),
    "unlike": ("every process of a port declares the same features, calls and `restartable`", "Features"),
    "unasked": ("nothing comes on stdout unasked, neither before `bye` nor after it", "Transport"),
    "strays": ("what a port starts ends with it", "Requests and replies"),
}

CALL = ("what `calls` lists is answered with `result`; a call that is not there is not listed", "Calls and vectors")
"""What is asked for where a call that was declared is refused."""

FIELDS: tuple[tuple[str, str, str], ...] = (
    (
        r"(?:^|\.)(px|sz|remaining|net|avg_entry|realised)$",
        'a decimal is a string such as "4966.1": no number, no exponent, no NaN',
        "Transport",
    ),
    (
        r"^actions(\[\d+\](\.type)?)?$",
        "`actions` is a list, empty if nothing is to be done; each has a `type`: place, cancel (with oid or cloid), "
        "query_open_orders, schedule_cancel",
        "Actions",
    ),
    (r"\.cloid$", "a cloid is 0x and 32 hex digits in small letters", "Actions"),
    (r"^actions\[", "the fields of each action as shown in the protocol", "Actions"),
    (
        r"^log",
        "`log` is a list, or absent; each line has `level` and `code`, strings, and may have `market`, `text`, "
        "`fields` (an object)",
        "Requests and replies",
    ),
    (r"^mm_fill$", "`mm_fill` is true or false in the reply to a fill where `attribution` is declared", "Features"),
    (r"^replies", "`events` is answered by as many `replies`, in order, or refused as a whole", "Requests and replies"),
    (r"^result\.(orders|positions|halted|shutdown)", "the result of the call `books`", "Features"),
    (r"^result", "a call is answered with `result`, or with `error`", "Calls and vectors"),
    (r"^", "`name`, and lists of strings `features`, `calls`, `ignores`; `restartable` is true or false", "Features"),
)


def advice(fault: PortFault) -> tuple[str, str]:
    """Return what the protocol asks for instead, and where it says so."""
    if fault.kind == "refused" and fault.path == "error":
        wanted, section = CALL
    elif fault.kind in KINDS:
        wanted, section = KINDS[fault.kind]
    else:
        wanted, section = next((text, section) for form, text, section in FIELDS if re.search(form, fault.path))
    return wanted, f'{PAGE}, "{section}"'
