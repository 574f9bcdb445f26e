# The front door. `make` sets itself up and builds the whole study; `make help` lists the rest.

PYTHON ?= python3
VENV   ?= .venv
PARAMS ?= params/default.yml
TIMEOUT ?= 900# seconds that one notebook may take
AT_ONCE ?= 2# tests at once

PY    := $(VENV)/bin/python
# exec, so that the build is a child of make itself and ends with it
BUILD := exec env PYTHONUTF8=1 PYTHONPATH=src $(PY) -m pipeline --params "$(PARAMS)" --timeout "$(TIMEOUT)"
OWN   := made-by-make# marks an environment that may be emptied
STUDY := $(basename $(notdir $(PARAMS)))
SITE  := $(if $(filter default,$(STUDY)),build/site,build/$(STUDY)/site)

.DEFAULT_GOAL := all
.PHONY: all audit sweep update-data cleanroom crate fingerprints repro verify check-data data site watch verify-kernel pdf words test-site explain smoke lab test check bench lint readme lock clean distclean help
MAKEFLAGS += --no-print-directory

all: $(VENV)/installed ## build everything for PARAMS (default params/default.yml)
	@$(BUILD) all

data: $(VENV)/installed ## only check the raw tables and build the panels
	@$(BUILD) data

nb-%: $(VENV)/installed ## one notebook and what it needs, e.g. make nb-03
	@$(BUILD) notebook $*

site: all ## the same as all: pages are part of the study

watch: $(VENV)/installed ## stay ready and rebuild what an edit touches, until Ctrl-C
	@exec env PYTHONUTF8=1 PYTHONPATH=src $(PY) -m pipeline.watch --params "$(PARAMS)" --timeout "$(TIMEOUT)"

pdf: all ## one PDF of the whole supplement, printed by Chromium where it is installed
	@PYTHONPATH=src NQPF_PARAMS="$(PARAMS)" $(PY) -m pipeline.pdf

words: $(VENV)/installed ## list labels of the last build that a language does not have yet
	@PYTHONPATH=src NQPF_PARAMS="$(PARAMS)" $(PY) -m pipeline.words

explain: $(VENV)/installed ## why each step would run, without running it
	@$(BUILD) --explain all

smoke: $(VENV)/installed ## the smallest build that touches every step
	@PYTHONPATH=src $(PY) -m pipeline --params params/smoke.yml all

sweep: data ## key results under many parameter sets, e.g. make sweep S=params/sweeps/provinces.yml
	@PYTHONPATH=src OPENBLAS_NUM_THREADS=1 $(PY) -m pipeline.sweep "$(S)"

lab: data ## open JupyterLab on the notebooks
	@cd notebooks && "$(abspath $(VENV))/bin/jupyter" lab

test: data $(VENV)/installed-dev ## run the tests
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(PY) -m pytest -n $(AT_ONCE) --dist worksteal

check: $(VENV)/installed-dev ## check what the last build made: files, links, the README
	@$(PY) -m pytest tests_built

test-site: all $(VENV)/installed-dev ## open every page of the built site in a real browser
	@NQPF_SITE="$(SITE)" $(PY) -m pytest tests/site/browser -rs -n $(AT_ONCE) --dist worksteal

check-data: $(VENV)/installed ## check own figures, e.g. make check-data DATA=mine.csv
	@PYTHONPATH=src $(PY) -m pipeline.check_data "$(DATA)"

update-data: $(VENV)/installed-dev ## fetch the World Bank's newest figures into a file of their own
	@PYTHONPATH=src $(PY) -m pipeline.update_data

bench: $(VENV)/installed-dev ## time the study's functions beside other tools, and keep the promises
	@$(PY) benchmarks $(TOPICS)

lint: $(VENV)/installed-dev ## check style
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .

repro: $(VENV)/installed ## build twice in clean folders and compare every byte
	@PYTHONPATH=src $(PY) -m pipeline.verification.repro

verify: $(VENV)/installed ## compare with the committed fingerprints, after a clean rebuild
	@PYTHONPATH=src $(PY) -m pipeline.verification.verify

fingerprints: all ## renew the committed fingerprints from the build
	@PYTHONPATH=src $(PY) -m pipeline.verification.fingerprints

verify-kernel: all ## run every notebook in warm and in stock kernels and compare all bytes
	@PYTHONPATH=src NQPF_PARAMS="$(PARAMS)" $(PY) -m pipeline.verify_kernel

audit: $(VENV)/installed-dev ## ask a public database for known vulnerabilities of what is locked
	@PYTHONPATH=src $(PY) -m pipeline.audit $(AUDIT)

cleanroom: $(VENV)/installed ## the last commit in an empty folder, new environment, no network
	@PYTHONPATH=src $(PY) -m pipeline.verification.cleanroom

crate: $(VENV)/installed-dev ## pack the run as a research object (RO-Crate, Zenodo)
	@PYTHONPATH=src $(PY) -m pipeline.verification.crate

readme: all ## renew the README's numbers and pictures from the build
	@PYTHONPATH=src $(PY) -m pipeline.readme

lock: $(VENV)/installed-dev ## renew both locks and environment.yml from pyproject.toml
	@$(PY) -m pipeline.lock

clean: ## remove what was built and nothing else (the environment stays)
	@rm -rf build data/processed
	@find figures tables -type f ! -name README.md -delete 2>/dev/null || true

distclean: ## clean, and remove the environment too
	$(check_venv)
	@$(MAKE) clean
	@rm -rf "$(VENV)"

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# The environment: made again when a lock changes; a stamp is written only after success.
define check_python
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "error: Python 3.11 or newer is needed, but '$(PYTHON)' was not found; install it or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "error: Python 3.11 or newer is needed, but '$(PYTHON)' is $$("$(PYTHON)" -V 2>&1 | head -n 1); name a newer one: make PYTHON=/path/to/python3" >&2; exit 1; }
endef

# Setting up empties the folder, so it must be one that make has made, or nobody's.
define check_venv
	@test ! -L "$(VENV)" && { test -z "$$(ls -A "$(VENV)" 2>/dev/null)" || test -e "$(VENV)/installed" || test -e "$(VENV)/$(OWN)"; } || { echo "error: $(VENV) is no environment that make has made, so nothing in it is touched; move it away, or name another: make VENV=..." >&2; exit 1; }
endef

$(VENV)/installed: requirements-installer.lock requirements.lock
	$(check_python)
	$(check_venv)
	@echo "setting up $(VENV) from requirements.lock (once, less than a minute)"
	@"$(PYTHON)" -m venv --clear "$(VENV)" && touch "$(VENV)/$(OWN)"
	@$(PY) -I pipeline/install.py requirements.lock --own
	@touch "$@"

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	@echo "adding what the tests need from requirements-dev.lock"
	@$(PY) -I pipeline/install.py requirements-dev.lock
	@touch "$@"
