# The verbs of this project. `make run` starts it, `make test` proves it.
SHELL := /bin/sh
PORT ?= 8000
VAR ?= var
VENV := .venv
PY := $(VENV)/bin/python
export PORT
export VAR := $(abspath $(VAR))
export SITE_ORIGIN ?= http://127.0.0.1:$(PORT)
export STAFF_MFA ?= off
ifdef DATABASE_URL
export DATABASE_URL
endif
# What Python compiled is kept, which is its own default: the tests start it a hundred times.
unexport PYTHONDONTWRITEBYTECODE
# Longest first, so that no worker waits for it at the end.
LONGEST := tests/audit/audit_staff.py
AUDITS := $(LONGEST) $(filter-out $(LONGEST),$(wildcard tests/audit/audit_*.py))
AUDIT_RESULTS ?= docs/accessibility/results.md
CORES := $(shell nproc 2>/dev/null || echo 2)
JOBS ?= $(shell expr $(CORES) + 1)
SEED ?= $(shell git rev-parse --short HEAD:tests 2>/dev/null || date +%s)
ORDER ?= --random-order --random-order-seed=$(SEED)
SUITE = -n $(JOBS) --dist loadscope --no-loadscope-reorder $(ORDER) $(ARGS)

.PHONY: run test coverage check lint format messages audit audit-packages mutants bench sbom outdated backup restore drills clean venv venv-dev

run: venv
	@mkdir -p "$(VAR)" 2>/dev/null && [ -w "$(VAR)" ] || { echo "The folder $(VAR) cannot be written. Choose another one: make run VAR=/some/folder"; exit 1; }
	@$(PY) manage.py prepare
	@$(PY) manage.py deliver_mail --every 5 & exec $(PY) -m gunicorn tokyo_career.wsgi --config deploy/gunicorn.conf.py --bind 127.0.0.1:$(PORT)

test: venv-dev
	@sh tests/browser/install.sh
	@$(PY) manage.py compilepo
	@$(PY) -m pytest $(SUITE)

coverage: venv-dev
	@sh tests/browser/install.sh
	@$(PY) manage.py compilepo
	@$(PY) -m coverage erase
	@COVERAGE_PROCESS_START=pyproject.toml $(PY) -m pytest $(SUITE)
	@$(PY) -m coverage combine --quiet
	@for app in core desk events staff; do $(PY) -m coverage report --include="$$app/*" --fail-under=95 || low=1; done; exit $${low:-0}

check: venv-dev
	@$(PY) manage.py check
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) manage.py compilepo --check
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

format: venv-dev
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format --quiet .

messages: venv-dev
	@$(PY) manage.py makemessages --locale ja --ignore .venv --ignore var --no-wrap --no-location

bench: venv-dev
	@for part in table staff desk growth; do $(PY) -m benchmarks.$$part || broken=1; done; exit $${broken:-0}

sbom: venv
	@mkdir -p "$(VAR)"
	@$(PY) manage.py sbom

outdated: venv
	@$(PY) manage.py outdated

backup: venv
	@$(PY) manage.py backup

restore: venv
	@[ -n "$(ARCHIVE)" ] || { echo "Which archive? make restore ARCHIVE=var/backups/site-....tar.gz"; exit 1; }
	@$(PY) manage.py restore "$(ARCHIVE)"
	@$(PY) manage.py check_restore "$(ARCHIVE)"

audit: audit-packages
	@$(PY) manage.py compilepo
	@AUDIT_TOOLS="$(VAR)/audit" AUDIT_RESULTS="$(AUDIT_RESULTS)" $(PY) -m pytest -n $(CORES) --dist loadscope --no-loadscope-reorder -p tests.audit.record -o python_files='audit_*.py' $(AUDITS) $(ARGS)
	@$(MAKE) --silent mutants

mutants: audit-packages coverage
	@$(PY) -m tests.audit.mutants

audit-packages: venv-dev
	@sh tests/browser/install.sh
	@sh tests/audit/install.sh "$(VAR)/audit"
	@cmp -s tests/audit/requirements.txt $(VENV)/installed-audit || { $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/audit/requirements.txt && cp tests/audit/requirements.txt $(VENV)/installed-audit; }

drills: venv-dev
	@$(PY) -m benchmarks.drills

venv:
	@command -v python3 >/dev/null || { echo "Python is missing. Install Python 3.11 or newer (Debian: apt install python3 python3-venv)."; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "This Python is too old. Install Python 3.11 or newer."; exit 1; }
	@[ -x $(PY) ] || python3 -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make a virtual environment. Install venv (Debian: apt install python3-venv)."; exit 1; }
	@cmp -s requirements.txt $(VENV)/installed || { echo "Installing the requirements ..."; $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt && cp requirements.txt $(VENV)/installed; }

venv-dev: venv
	@cmp -s requirements-dev.txt $(VENV)/installed-dev || { echo "Installing the test requirements ..."; $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt && cp requirements-dev.txt $(VENV)/installed-dev; }

clean:
	rm -rf $(VENV) var .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
