# The commands of the README, and those of authors. Each installs the Python packages that it needs; `make tools` the rest.
SHELL := /bin/bash
UV_FOLDER := .uv
UV := $(shell command -v uv 2>/dev/null || echo $(UV_FOLDER)/bin/uv)
PYTHON ?= python3
RUN := $(UV) run --frozen --no-sync
PORT ?= 8888
# What `make lab` can reveal of solutions; `make lab SOLUTIONS=` reveals none.
SOLUTIONS ?= solutions
WORKERS ?= 2
# Slow tests mostly wait: for time limits, kernels and browsers.
SLOW_WORKERS ?= 3
# What fails beside others must hold by itself: it is named, and run once more alone.
ALONE := -v --last-failed --last-failed-no-failures none
# What `make lab` installs beside the rest: with EXTRAS=units all that units 14 and 15 else ask for when one comes to them.
EXTRAS ?=
# All that units need beside the rest, and authors beside that.
UNITS := --extra units
AUTHORS := --group dev --group site --extra teach $(UNITS)

.PHONY: lab test test-slow test-all pythons build environment tools lint demo site lock wheel clean pictures benchmarks sixteen

## Open the course in JupyterLab, in your own copy of the notebooks (work/).
lab: $(UV)
	@$(UV) sync --frozen --quiet --inexact $(addprefix --extra ,$(EXTRAS))
	$(RUN) lockstep work --port $(PORT) $(addprefix --solutions ,$(SOLUTIONS)) -- $(LAB_OPTIONS)

## Everything that must hold, in some minutes.
test: environment lint
	$(RUN) pytest -n $(WORKERS) -m "not slow" || $(RUN) pytest -m "not slow" $(ALONE)

## What takes longer: large differential tests, fuzzing, the wheel, the rendering of Binder's image.
test-slow: environment wheel
	$(RUN) pytest -n $(SLOW_WORKERS) -m "slow and not alone" || $(RUN) pytest -m "slow and not alone" $(ALONE)
	$(RUN) pytest -m "slow and alone"

## The tests on every interpreter found here, those that `make pythons` fetched and those of pyenv among them.
test-all: $(UV)
	@for version in 3.11 3.12 3.13 3.14 3.15; do \
	  found=$$(ls .pythons/$$version/usr/bin/python$$version ~/.pyenv/versions/$$version.*/bin/python 2>/dev/null | head -n 1); \
	  if found=$${found:-$$($(UV) python find --no-project $$version 2>/dev/null)}; then \
	    echo "== $$version: $$found"; export UV_PROJECT_ENVIRONMENT=.venv-$$version; \
	    $(UV) sync --frozen --quiet $(AUTHORS) --python "$$found" && $(RUN) pytest -n $(WORKERS) -m "not slow and not browser" || exit 1; \
	  else echo "== $$version: not found, skipped; on Debian \`make pythons\` fetches 3.14 and 3.15"; fi; \
	done

## Pythons that this Debian does not have, into .pythons/.
pythons: $(UV)
	@for version in 3.14 3.15; do UV=$(UV) .ci/fetch-python $$version || exit 1; done

## source/ and notebooks/ from lessons/ and autograder/exercises/.
build: environment
	$(RUN) python -m autograder build

## Five submissions graded through nbgrader, with their reasons and feedback pages.
demo: environment
	$(RUN) python -m autograder demo

## The website, into site/html; what was executed before is not run again.
site: environment
	@$(RUN) python -m website $(SITE_OPTIONS)

lint: environment
	@$(RUN) ruff check . && $(RUN) ruff format --check . && $(RUN) mypy

## After a change of dependencies in pyproject.toml.
lock: $(UV)
	$(UV) lock
	$(UV) export --frozen --quiet --no-hashes --extra teach $(UNITS) --no-emit-project --no-header -o binder/requirements.txt

benchmarks: environment
	@$(UV) sync --frozen --quiet --inexact --group benchmark
	@for name in $$(cd benchmarks && ls *.py | sed -n 's/\.py$$//p' | grep -vE "__init__|sixteen"); do echo "== $$name"; $(RUN) python -m benchmarks.$$name; done

## The pictures of the README, anew; that of speed-up wants a quiet machine.
pictures: environment
	$(RUN) python -m tests.browser.readme_pictures

## The programs of the course at 1 to 16 workers, as data for the lessons; for whoever has 16 CPUs.
sixteen: environment
	$(RUN) python -m benchmarks.sixteen

environment: $(UV)
	@$(UV) sync --frozen --quiet --compile-bytecode $(AUTHORS)

## dist/*.whl, and an environment (.venv-wheel) in which nothing but it was asked for.
wheel: $(UV)
	@rm -rf dist .venv-wheel
	@$(UV) build --quiet --wheel
	@$(UV) venv --quiet --no-project .venv-wheel
	@$(UV) pip install --quiet --python .venv-wheel dist/*.whl

# uv from PyPI, in a folder of its own: also where pip may not touch the system's Python (PEP 668).
$(UV_FOLDER)/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed: https://www.python.org/downloads/"; exit 1; }
	@$(PYTHON) -m venv $(UV_FOLDER) >/dev/null 2>&1 || { rm -rf $(UV_FOLDER); \
	  echo "Python's venv module is missing: \`make tools\` installs it on Debian and Ubuntu, as root."; exit 1; }
	@$(UV_FOLDER)/bin/pip install --quiet --disable-pip-version-check uv

## What is no Python package: Chromium for browser tests, bubblewrap for sandbox tests, and Python's venv module.
tools:
	@missing=; command -v chromium >/dev/null || missing="$$missing chromium"; command -v bwrap >/dev/null || missing="$$missing bubblewrap"; \
	command -v $(UV) >/dev/null || $(PYTHON) -c "import ensurepip" 2>/dev/null || missing="$$missing python3-venv"; \
	if [ -z "$$missing" ]; then exit; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	else echo "Not installed:$$missing. On Debian and Ubuntu: sudo apt install$$missing"; fi

clean:
	rm -rf .venv .venv-* .pythons dist site $(UV_FOLDER) .mypy_cache .ruff_cache .pytest_cache
