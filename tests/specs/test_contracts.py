"""The lemmas: they name kernels that exist, call them, and say what they assume."""

from __future__ import annotations

import importlib
import inspect
from operator import attrgetter

import pytest

from specs.contracts import LEMMAS
from specs.statements import SPECS

by_name = pytest.mark.parametrize("lemma", list(LEMMAS), ids=lambda lemma: lemma.name)


@by_name
def test_a_lemma_calls_a_kernel_that_it_names(lemma):
    source = inspect.getsource(lemma.claim)
    for kernel in lemma.kernels:
        module, name = kernel.split(".", 1)
        attrgetter(name)(importlib.import_module(f"model.{module}"))
    named = [kernel.split(".") for kernel in lemma.kernels]
    assert any(f"{path[0]}." in source and f".{path[-1]}" in source for path in named) or "finals(" in source


@by_name
def test_a_lemma_claims_something_for_a_stated_spec(lemma):
    assert lemma.spec_id in {spec.id for spec in SPECS}
    assert lemma.statement.startswith("Claim")
    assert "post: _" in (lemma.claim.__doc__ or "")


def test_no_two_lemmas_share_a_name():
    names = [lemma.name for lemma in LEMMAS]
    assert len(names) == len(set(names))


def test_the_three_invariants_of_the_mission_that_kernels_carry_have_lemmas():
    assert {"OFF-1", "OFF-3", "CTR-1"} <= {lemma.spec_id for lemma in LEMMAS}
