# Every target does its own set-up and repeats only what changed. `make help` lists them.

VENV    := .venv
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check
PYTHONS := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11

# Threads of the linear algebra: two test processes with all cores each would only fight.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS      ?= 1

SOURCES := $(shell find src web hatch_build.py pyproject.toml README.md LICENSE \
             \( -name node_modules -o -name static -o -name __pycache__ \) -prune -o -type f -print 2>/dev/null)

.PHONY: help demo test check bench bench-labels docs lock clean force

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 16

demo: $(VENV)/installed ## label handwritten digits in the browser; PLAY=60 lets a simulated annotator do it; PORT=N
	$(BIN)/quandary demo $(if $(PORT),--port $(PORT)) $(if $(PLAY),--play $(PLAY) --no-browser)

test: $(VENV)/installed $(VENV)/developer ## run every test, those of the page too, on the installed package; BROWSER=no leaves the browser out
ifeq ($(BROWSER),no)
	@echo "BROWSER=no: the browser tests (tests/browser) are left out"
	$(BIN)/python -m pytest -n 2 --ignore tests/browser
else
	browser=$$($(BIN)/python -m tests.bring_browser) && \
	  QUANDARY_BROWSER="$$browser" $(BIN)/python -m pytest -n 2
endif
	$(BIN)/python hatch_build.py test

check: $(VENV)/developer ## format, lint and type rules of the Python source, the tests and the page
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy src tests hatch_build.py
	$(BIN)/python hatch_build.py check

bench: $(VENV)/installed $(VENV)/developer ## run the benchmarks that need no data but their own; takes a while
	$(BIN)/python -m benchmarks.never_wait
	$(BIN)/python -m benchmarks.deciding
	$(BIN)/python -m benchmarks.honest_numbers --sets digits

bench-labels: $(VENV)/installed $(VENV)/developer ## the label benchmark on the sets below QUANDARY_DATA: hours; goes on where it stopped; ARGS="..."
	$(BIN)/python -m benchmarks.labels $(ARGS)
	$(BIN)/python -m benchmarks.labels $(ARGS) --report

docs: $(VENV)/installed $(VENV)/developer ## run every example of the documentation
	$(BIN)/python -m pytest tests/test_docs.py tests/test_doctests.py

lock: $(VENV)/developer ## resolve the dependencies anew into the two lock files
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile pyproject.toml $(LOCK) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra boosting --extra images --extra peers --extra tables --extra text --group dev -c requirements.lock $(LOCK) -o requirements-dev.lock

LOCK := --quiet --upgrade --universal --generate-hashes --no-header --no-annotate

clean: ## remove everything that was built or installed here
	rm -rf $(VENV) build dist web/node_modules src/quandary/static .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

# A stamp file stands for each step that is done.

$(VENV)/made:
	@found=; for python in $(PYTHONS); do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && found=$$python && break; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Quandary needs Python 3.11 or newer; found $$(python3 --version 2>&1). Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	$$found -m venv --clear $(VENV)
	@touch $@

$(VENV)/locked: requirements.lock $(VENV)/made
	$(PIP) install --quiet --require-hashes -r requirements.lock
	@touch $@

$(VENV)/developer: requirements-dev.lock $(VENV)/locked
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# Changes only when a source came or went, which no file's date would tell.
$(VENV)/listed: force | $(VENV)/made
	@echo $(SOURCES) | cmp -s - $@ || echo $(SOURCES) > $@

$(VENV)/installed: $(SOURCES) $(VENV)/listed $(VENV)/locked
	$(PIP) install --quiet --no-deps --force-reinstall .
	@touch $@
