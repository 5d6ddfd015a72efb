# Recipes for contributors and CI.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# Of what a package brings, few modules are imported: Python compiles those when it needs them.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt
LOCK := $(BIN)/uv pip compile --quiet --no-header --no-annotate --universal --python-version 3.11 --generate-hashes -c constraints.txt

.PHONY: run web chromium node optimum annotation ray test lint types check fix docs leaderboard picture bench train evaluate wheel lock clean

run: $(VENV)/.core  ## install the core and chat with the bot
	$(BIN)/emoji-reactor chat

web: $(VENV)/.web  ## the page in a browser, at http://127.0.0.1:7860
	$(BIN)/emoji-reactor web

chromium:  ## a browser for the tests of the page, if apt can install one; else they are skipped
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && export DEBIAN_FRONTEND=noninteractive && apt-get update -qq >/dev/null \
	  && apt-get install -y -qq --no-install-recommends chromium fonts-noto-color-emoji >/dev/null; } \
	  || echo "chromium is not available: the browser tests are skipped"

node: build/node/.ready  ## transformers.js, for the tests of layouts and of the static page

optimum: build/optimum/.ready  ## optimum with the transformers that it needs, for the tests of layouts

annotation: build/annotation/.ready  ## the SDKs of Argilla and Label Studio, for the tests of exports

ray: $(VENV)/.ray  ## Ray, for the tests of the cluster

test: $(VENV)/.dev chromium build/node/.ready build/optimum/.ready build/annotation/.ready $(VENV)/.ray  ## run all tests, files side by side in WORKERS processes
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lint: $(VENV)/.dev  ## style and the import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev  ## mypy, strict
	$(BIN)/mypy

check: lint types test  ## what CI runs

fix: $(VENV)/.dev  ## repair what can be repaired
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev  ## refresh docs/cli.md and the outputs in README.md
	$(BIN)/python -m tools.build_docs

leaderboard: $(VENV)/.dev  ## measure the rows of emoji-bench again
	$(BIN)/python -m tools.build_leaderboard

picture: $(VENV)/.dev chromium  ## take the picture of the page in README.md
	$(BIN)/python -m tools.build_page_picture

bench: $(VENV)/.dev  ## time the predictor against transformers and print a table
	$(BIN)/python -m benchmarks.latency

train: $(VENV)/.dev  ## train the default artifact; BASE=folder if the Hub cannot be reached
	$(BIN)/emoji-reactor model train --recipe recipes/default.toml $(if $(BASE),--base $(BASE))

evaluate: $(VENV)/.dev  ## measure the default artifact on the held-out splits
	$(BIN)/emoji-reactor model evaluate

wheel: $(VENV)/.dev  ## build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

lock: $(VENV)/.dev  ## lock the packages of the image, after a change of pyproject.toml or constraints.txt
	$(LOCK) pyproject.toml --extra postgres -o deploy/locks/serve.txt
	$(LOCK) pyproject.toml --extra postgres --extra web -o deploy/locks/web.txt
	$(LOCK) --group build -o deploy/locks/build.txt
	$(LOCK) --group sbom -o deploy/locks/sbom.txt

clean:  ## remove the environment and caches
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e .
	touch $@

$(VENV)/.web: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e '.[web]'
	touch $@ $(VENV)/.core

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e '.[train,web,api,mcp,matrix,dev]'
	touch $@ $(VENV)/.core

# These are left out, and their tests skipped, if there is no npm or a registry cannot be reached.
build/node/.ready: tools/node/package.json tools/node/package-lock.json
	@mkdir -p build/node && cp $^ build/node \
	  && { npm ci --prefix build/node --ignore-scripts --no-audit --no-fund --silent \
	  || echo "npm cannot install transformers.js: its tests are skipped"; }
	@touch $@

$(VENV)/.ray: $(VENV)/.dev
	@$(PIP) -e '.[cluster]' || echo "pip cannot install ray: its tests are skipped"
	@touch $@

build/optimum/.ready: $(VENV)/.dev tools/optimum.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --upgrade --no-deps \
	  --target build/optimum -r tools/optimum.txt \
	  || echo "pip cannot install optimum: its tests are skipped"
	@mkdir -p build/optimum && touch $@

build/annotation/.ready: $(VENV)/.dev tools/annotation.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --upgrade --no-deps \
	  --target build/annotation -r tools/annotation.txt \
	  || echo "pip cannot install the SDKs of annotation tools: their tests are skipped"
	@mkdir -p build/annotation && touch $@
