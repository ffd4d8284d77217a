# Two commands for a newcomer: `make run` and `make test`. Everything else stands on them.
VENV   := .venv
BIN    := $(VENV)/bin
SCALE  ?= small
SEED   ?= 1
DEMO   ?= demo-data
SIZE   ?= small
TESTS  ?= tests
FILES  ?= 100000

.PHONY: run demo setup setup-test test check format fuzz bench assets lock clean

run: setup                 ## make the demo country, ingest it, detect, print the rings, open the desk
	$(BIN)/halqa --home $(DEMO) demo --scale $(SCALE) --seed $(SEED)

demo: setup                ## the same without the desk
	$(BIN)/halqa --home $(DEMO) demo --scale $(SCALE) --seed $(SEED) --no-ui

setup: $(VENV)/.base       ## .venv with .venv/bin/halqa

$(VENV)/.base: requirements/base.lock pyproject.toml scripts/setup
	./scripts/setup base
	@touch $@

setup-test: $(VENV)/.dev   ## what the tests need: dev tools, Chromium, Node, the Neo4j jars

$(VENV)/.dev: $(VENV)/.base requirements/dev.lock scripts/setup
	./scripts/setup dev
	./scripts/setup machine
	@touch $@

test: setup-test           ## every test (TESTS=tests/graph for a part)
	./scripts/test $(TESTS)

check: $(VENV)/.checks     ## format, lint, types, layers, docs
	./scripts/check

$(VENV)/.checks: $(VENV)/.base requirements/dev.lock
	./scripts/setup dev
	@touch $@

format: $(VENV)/.checks    ## rewrite the code in the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: $(VENV)/.checks      ## damaged files of every format and a million phone numbers, for a night (FILES=100000)
	$(BIN)/python -m tests.fuzz --files $(FILES)
	$(BIN)/python -m tests.fuzz.phones --shapes 1000000 --seed 1

bench: $(VENV)/.checks     ## speed and quality, one table (SIZE=small|large)
	$(BIN)/python -m bench --size $(SIZE)

assets: $(VENV)/.checks    ## build the browser assets again
	cd ui/canvas/frontend && npm ci && node build.mjs

lock: $(VENV)/.checks      ## resolve the requirements again
	./scripts/lock

clean:                     ## remove the demo workspace (the virtual environment stays)
	rm -rf $(DEMO)
