# Works on a machine that has Python 3.11 with pip, and make. Everything is installed into .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO ?= demo

.PHONY: help demo test mutants check dev bench docs lock format clean

help: ## say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Trueup needs Python 3.11 or newer; name it with: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --compile-bytecode --python $(RUN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(RUN)/python --no-deps -e .; \
	else \
	  $(RUN)/python -m pip install --quiet --disable-pip-version-check uv && \
	  $(RUN)/uv pip install --quiet --compile-bytecode --python $(RUN)/python --require-hashes -r requirements.lock && \
	  $(RUN)/uv pip install --quiet --python $(RUN)/python --no-deps -e .; \
	fi
	@touch $(READY)

dev: $(READY) ## make the environment

demo: $(READY) ## an example company: exported, imported, computed, served
	@if [ -f $(DEMO)/trueup.toml ]; then $(RUN)/trueup serve --workspace $(DEMO); else $(RUN)/trueup demo $(DEMO); fi

# The tests start many processes, and each would compile our source anew where nothing may be written.
test: export PYTHONDONTWRITEBYTECODE =
test: $(READY) ## the whole test suite
	$(RUN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

mutants: $(READY) ## kill every mutant of pay that can be killed
	$(RUN)/mutmut run --max-children 2
	$(RUN)/mutmut results

check: $(READY) ## format, lint, types and floors
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports

format: $(READY) ## format the code
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

bench: $(READY) ## measure speed against hand-written SQL, and print ratios
	$(RUN)/python bench/build.py
	$(RUN)/python bench/import.py
	$(RUN)/python bench/start.py

docs: $(READY) ## write the reference pages that follow from the code
	$(RUN)/python docs/write_reference.py

lock: $(READY) ## pin every dependency with its hashes
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
	  --universal pyproject.toml --all-extras --group dev -c constraints.txt -o requirements.lock

clean: ## remove what was made
	rm -rf $(VENV) $(DEMO) dist mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis
