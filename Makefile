# Two commands matter: `make verify` and `make test`. Both set themselves up; nothing but python3 (>= 3.11), git and make is needed.

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP   := $(BIN)/python -m pip --quiet --disable-pip-version-check
ARGS  ?=

# Tested first, newest last. `make PYTHON=/path/to/python` overrules the list.
PYTHON ?=
CANDIDATES := $(PYTHON) python3.11 python3.12 python3.13 python3 python3.14

.DEFAULT_GOAL := help
.PHONY: help setup verify test lint deep mutation bench docs review constraints clean

# An environment that was moved or copied with its checkout still points at the old one: make it anew.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

setup: $(STAMP)  ## make .venv in this checkout and install the project into it

$(STAMP): pyproject.toml constraints.txt
	@python=; for name in $(CANDIDATES); do \
	  if "$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python="$$name"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "mmgate: no Python 3.11 or newer with venv was found; install one (Debian: python3-venv) or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	if [ "$$(cat $(STAMP) 2>/dev/null || echo "$(CURDIR)")" != "$(CURDIR)" ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  "$$python" -m venv --clear $(VENV); \
	fi
	@$(PIP) install -e '.[symbolic,dev]' -c constraints.txt
	@printf '%s' "$(CURDIR)" > $(STAMP)

verify: $(STAMP)  ## judge the reference on the embedded suite (ARGS="…" go to mmgate verify)
	@$(BIN)/mmgate verify $(ARGS)

lint: $(STAMP)  ## style, types, import law
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

test: lint  ## everything that CI runs
	@$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

deep: $(STAMP)  ## 10 000 hostile files, a crash at every instant, the README as it stands, a thousand paths re-enacted, faults of two ports, the kill matrix, the long verification
	@MMGATE_HOSTILE=10000 $(BIN)/pytest -q -n 2 tests/fool/test_fool_hostile.py
	@MMGATE_WALK=1 $(BIN)/pytest -q -n 2 tests/mmgate/engines/test_crashes.py
	@MMGATE_README=1 $(BIN)/pytest -q tests/repo/test_readme.py
	@MMGATE_PATHS=1000 $(BIN)/pytest -q tests/mmgate/engines/test_exhaustive.py
	@MMGATE_SPIN=1 $(BIN)/pytest -q tests/promela
	@MMGATE_FAULTS=1 $(BIN)/pytest -q tests/ports/test_ports_faults.py tests/ports/test_ports_rust_faults.py
	@$(BIN)/mmgate matrix
	@$(BIN)/mmgate verify --profile deep $(ARGS)

# The tester has an environment of its own: what it needs changes nothing for the others.
mutation: $(STAMP)  ## small faults in ten modules of the model, one at a time, and who sees them (half an hour or more; beside make deep)
	@$(BIN)/python -m venv build/mutation/venv
	@build/mutation/venv/bin/python -m pip --quiet --disable-pip-version-check install -e '.[dev,mutation]' -c constraints.txt
	@build/mutation/venv/bin/python -m mutation $(ARGS)

bench: $(STAMP)  ## how fast a simulated weekend, ports, an audit and bare transitions run here
	@$(BIN)/python benchmarks/weekend.py $(ARGS)

docs: $(STAMP)  ## generate docs/specs.md and docs/review.md anew
	@$(BIN)/python -m mmgate.documents docs

review: $(STAMP)  ## hunt the defects of the review's rows anew, then generate the documents (minutes)
	@$(BIN)/python -m mmgate.documents docs --hunt

constraints:  ## resolve every dependency anew and pin what was found
	@python3 -m venv --clear build/resolve
	@build/resolve/bin/python -m pip --quiet --disable-pip-version-check install '.[symbolic,dev,mutation]'
	@{ head -1 constraints.txt; build/resolve/bin/python -m pip --disable-pip-version-check freeze --exclude mmgate; } > build/constraints.txt
	@mv build/constraints.txt constraints.txt

clean:  ## remove builds and caches; keeps .venv and reports
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find model sim specs mmgate tests -name __pycache__ -type d -prune -exec rm -rf {} +
