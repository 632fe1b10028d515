# make demo            the simulated zone from landing files to a risk list
# make demo DATA=korea the same on 54,000 Korean import declarations
# make test            every test this machine can run; what it lacks is skipped and listed
# make check           format, lint, types, import contracts
# make spark           adds Apache Spark, the second engine (0.5 GB; needs Java 17)
# make soak            the three long trials together (about three quarters of an hour):
# make soak-replay     1,000 random decisions of a two-year simulated zone made again to the byte
# make soak-api        5,000 requests made at random from the OpenAPI document
# make soak-study      a simulated year of inspections with a random share of 0, 5, 10 and 20 per cent
# make lock            renew the locked requirements after a change in pyproject.toml

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
DATA ?= zone
SOAK ?= var/soak

.PHONY: demo test check format spark lock soak soak-replay soak-api soak-study clean
.DEFAULT_GOAL := demo

$(UV): requirements/uv.txt
	@PYTHON=$(PYTHON) sh setup/prerequisites.sh
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $(UV)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml $(UV)
	@echo "Installing Xinji into $(VENV) ..."
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements/run.txt
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "Installing the test tools into $(VENV) ..."
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/spark.stamp: requirements/spark.txt $(VENV)/dev.stamp
	@echo "Installing Spark into $(VENV) ..."
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --require-hashes -r requirements/spark.txt
	@touch $@

demo: $(VENV)/run.stamp
	@$(BIN)/xinji demo --data $(DATA)

test: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest -n auto --dist loadgroup -rs

check: $(VENV)/dev.stamp
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/dev.stamp
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

spark: $(VENV)/spark.stamp

lock: $(UV)
	@$(UV) pip compile --quiet pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --output-file requirements/run.txt
	@$(UV) pip compile --quiet pyproject.toml --extra dev --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --constraint requirements/run.txt --output-file requirements/dev.txt
	@$(UV) pip compile --quiet pyproject.toml --extra spark --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --constraint requirements/dev.txt --output-file requirements/spark.txt

soak: soak-api soak-replay soak-study

soak-replay: $(VENV)/run.stamp
	@rm -rf $(SOAK)
	@$(BIN)/xinji bench soak --out $(SOAK)

soak-api: $(VENV)/dev.stamp
	@XINJI_API_CASES=140 $(BIN)/python -m pytest -n 0 tests/unit/reports/api/test_openapi_cases.py

soak-study: $(VENV)/run.stamp
	@$(BIN)/xinji --home $(SOAK)-study bench study

clean:
	@rm -rf $(VENV) var .mypy_cache .ruff_cache .import_linter_cache
