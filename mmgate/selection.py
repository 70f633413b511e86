"""What a command line selects, by name: specs, engines, profiles, defects. A name that is none says what is near."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from mmgate.inputs import InputRefused, shown
from mmgate.loading import nearest

SIGNS = "*?["


def choose(option: str, wanted: Iterable[str], names: Sequence[str], what: str) -> tuple[str, ...]:
    """Return the chosen names in their own order; each wanted one is a name or a pattern such as `ORD-*`.

    Case does not matter. Raises InputRefused with one line for each that matches nothing.
    """
    chosen: set[str] = set()
    lines = []
    for text in wanted:
        found = [name for name in names if _matches(name, text)]
        chosen.update(found)
        if not found:
            hint = nearest(text, names) or f"; known are {_listed(names)}"
            lines.append(f"{option} {shown(text)}: is no {what}{hint}")
    if lines:
        raise InputRefused(*lines)
    return tuple(name for name in names if name in chosen)


def choose_one(option: str, text: str, names: Sequence[str], what: str) -> str:
    """Return the one name that is meant."""
    if text in names:
        return text
    raise InputRefused(f"{option} {shown(text)}: is no {what}{nearest(text, names) or '; known are ' + _listed(names)}")


def _matches(name: str, text: str) -> bool:
    if any(sign in text for sign in SIGNS):
        return fnmatchcase(name.casefold(), text.casefold())
    return name.casefold() == text.casefold()


def _listed(names: Sequence[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
