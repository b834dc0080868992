# Every target works in a fresh clone: it creates .venv itself.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

FORMS := $(wildcard .github/ISSUE_TEMPLATE/*.yml)

FUZZ_SECONDS ?= 600
FUZZ_SEED ?= 0
PLAYGROUND ?= build/playground

.PHONY: help demo test axe coverage mutation fuzz fuzz-hunt golden refresh refresh-patch check-release tables lint audit lock dist docs playground e2e bench bench-growth clean

help:
	@echo "demo      convert a bundled project, print the result and the findings"
	@echo "test      run the tests"
	@echo "axe       install axe-core by npm, which judges the review page in the tests"
	@echo "coverage  run the tests and list the lines and branches they miss; fails below 95 %"
	@echo "mutation  put small mistakes into four modules; fails if the tests miss one (about 5 minutes)"
	@echo "fuzz      try a fixed number of inputs, always the same; fails if one breaks something (about 2 minutes)"
	@echo "fuzz-hunt look for other inputs with atheris, FUZZ_SECONDS=$(FUZZ_SECONDS) and FUZZ_SEED=$(FUZZ_SEED) (0: another one each time)"
	@echo "golden    regenerate the golden files (read the diff before you commit it)"
	@echo "refresh   compare the tables of facts with PyPI and with a checkout of Cog, COG=PATH, and PYTORCH=PATH; writes build/refresh.diff"
	@echo "refresh-patch  apply build/refresh.diff, regenerate the golden files, and write all that as build/refresh.patch"
	@echo "check-release  check that TAG, the version and CHANGELOG.md agree; writes the release's notes to NOTES"
	@echo "tables    compile the grammars to the tables of syntax/tables"
	@echo "lint      run ruff and mypy, zizmor and jactionlint on the action and the workflows, and check the issue forms"
	@echo "audit     ask PyPI for known vulnerabilities of what the action installs; fails where it can't be asked"
	@echo "lock      write action-requirements.txt, with hashes"
	@echo "dist      build the sdist and the wheel, and try each in an empty environment"
	@echo "docs      build the documentation into site/"
	@echo "playground  build the page to try dockerfix on in a browser into PLAYGROUND=$(PLAYGROUND) (npm, node)"
	@echo "e2e       build converted Dockerfiles and call their Apps (root, Debian); ROWS='WORD...' builds some, ALL=1 every row"
	@echo "bench     measure beside other tools"
	@echo "bench-growth  fail where the time grows faster than the input (two hours)"
	@echo "clean     remove everything the other targets made"

$(VENV)/base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable .
	@$(BIN)/python -m compileall -q compiler    # as pip does for a wheel, so that the first start is like the others
	@touch $@

$(VENV)/test: $(VENV)/base
	$(BIN)/pip install --quiet --editable '.[test]'
	@touch $@

$(VENV)/lint: $(VENV)/base
	$(BIN)/pip install --quiet --editable '.[test,lint]'
	@touch $@

demo: $(VENV)/base
	@$(BIN)/python tests/demo.py

test: $(VENV)/test
	$(BIN)/python -m pytest -n auto

axe:
	npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix build/npm axe-core@4.14.1

$(VENV)/fuzz: $(VENV)/test
	@$(BIN)/pip install --quiet --editable '.[test,fuzz]' && $(BIN)/python -c 'import atheris' || \
		{ echo "can't install atheris for $$($(BIN)/python -V) here: it needs CPython on Linux, x86-64" >&2; exit 1; }
	@touch $@

fuzz: $(VENV)/test
	$(BIN)/python -m fuzz.fixed

fuzz-hunt: $(VENV)/fuzz
	$(BIN)/python -m fuzz.hunt $(FUZZ_SECONDS) --seed=$(FUZZ_SEED)

coverage: $(VENV)/test
	rm -rf build/coverage && mkdir -p build/coverage
	COVERAGE_ROOT=$(CURDIR) $(BIN)/coverage run -m pytest -n auto
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

mutation: $(VENV)/test
	$(BIN)/python tools/run_mutants.py

golden: $(VENV)/test
	$(BIN)/python -m pytest --snapshot-update -k golden
	@git status --short fixtures

refresh: $(VENV)/base
	$(BIN)/python tools/refresh.py $(if $(COG),--cog $(COG)) $(if $(PYTORCH),--pytorch $(PYTORCH))

refresh-patch: $(VENV)/test
	@if [ -s build/refresh.diff ]; then git apply build/refresh.diff; fi
	$(BIN)/python -m pytest --snapshot-update -k golden
	git diff --binary > build/refresh.patch

# TAG and NOTES reach the tool as variables, never as part of a command
check-release: $(VENV)/base
	@$(BIN)/python tools/check_release.py

tables: $(VENV)/test
	$(BIN)/python tools/make_tables.py

lint: $(VENV)/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/zizmor --quiet --offline --persona=auditor action.yml .github/workflows
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jactionlint
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(FORMS))
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml

# --strict: a package that can't be looked up is a failure, not a line in a table
audit: $(VENV)/base
	$(BIN)/pip install --quiet --editable '.[audit]'
	$(BIN)/pip-audit --strict --no-deps --disable-pip --require-hashes --requirement action-requirements.txt

lock: $(VENV)/base
	$(BIN)/pip install --quiet --editable '.[audit]'
	$(BIN)/python tools/lock.py

dist: $(VENV)/lint
	$(BIN)/pip install --quiet build
	rm -rf dist
	$(BIN)/python -m build --outdir dist
	$(PYTHON) tests/try_dist.py dist

docs: $(VENV)/base
	$(BIN)/pip install --quiet --editable '.[docs]'
	$(BIN)/mkdocs build --strict --quiet

playground: $(VENV)/base
	@$(BIN)/python tools/make_playground.py $(PLAYGROUND)

e2e: $(VENV)/test
	PYTHON=$(BIN)/python e2e/run $(if $(ROWS),--rows $(ROWS)) $(if $(ALL),--all)

bench: $(VENV)/test
	$(BIN)/pip install --quiet --editable '.[bench]'
	$(BIN)/python benchmarks/run.py

bench-growth: $(VENV)/test
	$(BIN)/pip install --quiet --editable '.[bench]'
	$(BIN)/python benchmarks/linear.py

clean:
	rm -rf $(VENV) build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis .fuzz
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
