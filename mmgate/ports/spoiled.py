"""The calls of the port protocol as a maker with a defect answers them.

A defect replaces a kernel in the modules of the model that use it. Where it replaces it in all of them, the kernel
itself is wrong, and so is what a call of it answers; where one user of several has another kernel, the call is right.
A maker that works with other values than its config says answers calls with these values too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from mmgate.ports import calls
from mmgate.ports.calls import FUNCTIONS
from mmgate.ports.direct import defect_of
from mmgate.ports.messages import Data
from mmgate.ports.server import Answer, right
from mmgate.request import MakerRef
from model.config import MakerConfig
from model.events import Start
from specs.defects import Defect, applied
from specs.defects.defect import Patch

STARTS = "model.maker:Reference.start"
CONFIGS = f"{calls.__name__}:config_of"


def answers_of(maker: MakerRef) -> Answer:
    """Return what answers a call by name: the reference's functions, or the same with the maker's defect in force."""
    if maker.kind != "defect":
        return right
    wrong = _with_kernels(defect_of(maker.name))

    def answer(fn: str, args: Data) -> object:
        with applied(wrong):
            return FUNCTIONS[fn](args)

    return answer


def _with_kernels(defect: Defect) -> Defect:
    """Return the defect that replaces a kernel also where it is at home and where calls use it."""
    replaced = frozenset(patch.target for patch in defect.patches)
    more = tuple(more for patch in defect.patches for more in _elsewhere(patch, replaced))
    return Defect(defect.id, defect.title, defect.rules, defect.caught_by, (*defect.patches, *more))


def _elsewhere(patch: Patch, replaced: frozenset[str]) -> Iterator[Patch]:
    if patch.target == STARTS:
        yield Patch(CONFIGS, lambda original: _other_config(patch, original))
        return
    holder, name = patch.holder()
    kernel = vars(holder)[name]
    home = getattr(kernel, "__module__", "")
    if isinstance(holder, type) or not home.startswith("model."):
        return
    users = {target for target in _holding(kernel) if target != f"{home}:{name}"}
    if users <= replaced:
        also = (f"{home}:{name}", f"{calls.__name__}:{name}")
        yield from (Patch(one, patch.make) for one in also if one not in replaced and _is_there(one, kernel))


def _holding(kernel: object) -> Iterator[str]:
    """Yield every place in the model that holds a kernel under a name."""
    for module_name, module in sorted(sys.modules.items()):
        if module_name.startswith("model."):
            yield from (f"{module_name}:{name}" for name, value in vars(module).items() if value is kernel)


def _is_there(target: str, kernel: object) -> bool:
    module, _, name = target.partition(":")
    return vars(sys.modules[module]).get(name) is kernel


def _other_config(patch: Patch, original: Any) -> Callable[[Data], MakerConfig]:
    """Return what reads a call's config as a maker does that begins its lives with another one."""

    def config_of(args: Data) -> MakerConfig:
        begins = patch.make(lambda _maker, start: start.config)
        config: MakerConfig = begins(None, Start(0, 1, original(args), ()))
        return config

    return config_of
