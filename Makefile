# Thumper's commands. `make run` is the whole set-up and start; `make` alone lists the rest.
#
#   make run                         a small ranch drawn by the program itself
#   make run DROP=/path/of/photos    your own photos
#   make install PYTHON=python3.12   with a Python of your choice
#   make install TORCH=1             with PyTorch, for model files of your own (a machine with an NVIDIA GPU gets it anyway)

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?=
TORCH ?=
DROP ?=
# Where the sources are published, for the wheel's description: that of the clone, unless another is given.
SOURCE ?= $(shell git config --get remote.origin.url 2>/dev/null)
# Files of tests that run at a time, each process with servers of its own: tests of processes mostly wait.
TOGETHER := -n 3 --dist loadfile --no-loadscope-reorder
BIN := .venv/bin
PY := $(BIN)/python

export PYTHON
export TORCH
# Handed over by environment, so that no character of the path means anything to a shell.
export DROP

.PHONY: help install install-dev page clients schema released browser screenshots proxies run link test check quick faults soak style types contracts views format constraints wheel release-check clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

install: ## make .venv with everything that running needs
	@sh install/venv.sh worker
	@sh install/pages.sh

install-dev: # the same, with PyTorch and what the tests need
	@sh install/venv.sh worker,torch,dev
	@sh install/pages.sh dev

page: ## build the page and fetch GraphiQL; `install` does so, too
	@sh install/pages.sh

clients: # JavaScript and Python clients that the tests let speak to the API
	@sh install/clients.sh

schema: clients ## write the schema and its reference anew, after a change of the API
	@$(BIN)/thumper schema > schema.graphql.new && mv schema.graphql.new thumper/graphql/schema.graphql
	@$(PY) -m tests.clients.reference > docs/schema.md.new && mv docs/schema.md.new docs/schema.md
	@$(PY) -m tests.clients.access_table

released: schema ## promise what the schema says now, at a release; refuses what would break clients
	@$(PY) -m tests.clients.promise

screenshots: browser # the pictures of the page in docs/images, of the drawn ranch
	$(PY) -m tests.page.screenshots

browser: # the page tests' browser
	@sh install/browser.sh

proxies: # Caddy and nginx for the tests of docs/proxy
	@sh install/proxies.sh

run: install ## set up and start; DROP=/path/of/photos for your own, which is remembered
ifeq ($(strip $(DROP)),)
	@$(BIN)/thumper config show drop --chosen >/dev/null; \
	case $$? in 0) exec $(BIN)/thumper up ;; 1) exec $(BIN)/thumper demo ;; *) exit 2 ;; esac
else
	@exec $(BIN)/thumper up --drop "$$DROP"
endif

link: install ## have `thumper` on the PATH, by a link in ~/.local/bin
	@sh install/link.sh

test: install-dev clients browser proxies check ## set up and check everything; what CI runs

check: style types contracts views ## format, ruff, mypy, import contracts, the page's own checks and all tests
	$(PY) -m pytest -m serial
	$(PY) -m pytest $(TOGETHER) -m "not serial"

quick: style types contracts views ## the same without the slow tests
	$(PY) -m pytest $(TOGETHER) -m "not slow and not serial"

faults: ## kill, cut, fill and break everything, for two hours; resumes when interrupted
	$(PY) -m tests.faults

soak: # 20,000 hostile operations against the API, and 2,000 of each kind of bytes and messages
	SOAK=20000 $(PY) -m pytest tests/attacks/test_soak.py tests/web/test_any_bytes.py tests/web/test_any_messages.py

style:
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

types:
	$(PY) -m mypy

contracts:
	$(BIN)/lint-imports --no-logo --no-cache

views: # the page: its operations fit the schema; ESLint, tsc and Vitest
	@cd page && npm run --silent check

format: ## format, and mend what ruff can mend
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

# A pin keeps the marker that it has.
WITH_MARKERS := awk -F '==|; ' 'FNR == NR { if (NF > 2) marker[$$1] = "; " $$3; next } { print $$0 marker[$$1] }' constraints.txt -

constraints: # pin what .venv holds now; run the tests before and after
	@{ sed -n '/^#/p' constraints.txt; \
	   $(PY) -m pip list --format=freeze --exclude thumper --exclude pip --exclude wheel | sed 's/+headless$$//' | $(WITH_MARKERS); \
	   grep '; python_' constraints.txt; } > constraints.txt.new
	@{ sed -n '/^#/p' constraints.txt.new; sed '/^#/d' constraints.txt.new | LC_ALL=C sort -f; } > constraints.txt
	@rm constraints.txt.new

wheel: install ## build dist/thumper-*.whl; SOURCE=https://… is the address that it names
	rm -rf build
	THUMPER_SOURCE_URL="$(SOURCE)" $(PY) -m pip --disable-pip-version-check wheel --no-deps --no-build-isolation --wheel-dir dist .

release-check: install-dev ## whether every system and Python that is declared has wheels for what is needed there
	$(PY) -m tests.wheels

clean: # everything that can be made again, .venv too
	rm -rf .venv build dist thumper.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf thumper/web/pages/graphiql thumper/web/pages/app page/node_modules
	find page/src -name "*.generated.ts" -delete
