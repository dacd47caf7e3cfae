# Everything Shoptalk needs, from a fresh clone. `make run` and `make test` do all set-up themselves.
.PHONY: help run test setup spark lock lint clean
.DEFAULT_GOAL := help

PYTHON := .venv/bin/python
RASA_PYTHON := .venv-rasa/bin/python
export RASA_TELEMETRY_ENABLED := false

help: ## show this help
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | sort

run: setup ## the whole assistant; an empty home gets the demo shop (Ctrl-C stops it)
	@exec .venv/bin/shoptalk up --demo

test: setup ## every test; those of Spark where there is Java
	@if command -v java >/dev/null; then scripts/install_spark.sh; else echo "make: no Java, so no test of Spark"; fi
	@scripts/test.sh

setup: ## both environments, the exported encoder, the Rasa model, the demo shop's files
	@scripts/make_env.sh .venv 3.11+ requirements/app.txt
	@scripts/make_env.sh .venv-rasa 3.10 requirements/rasa.txt
	@cmp -s pyproject.toml .venv/.project || scripts/install_project.sh
	@$(PYTHON) -m recommender.encoder.export
	@$(RASA_PYTHON) -m bot.nlu.train
	@$(PYTHON) scripts/build_demo.py

spark: setup ## Apache Spark, for `--engine spark` (0.5 GB); needs Java 8, 11 or 17
	@scripts/install_spark.sh

lock: ## pin both environments anew from the groups of pyproject.toml
	@scripts/lock.sh 3.11+ test requirements/app.txt
	@scripts/lock.sh 3.11+ spark requirements/spark.txt requirements/app.txt
	@scripts/lock.sh 3.10 rasa requirements/rasa.txt

lint: ## ruff and mypy
	@scripts/make_env.sh .venv 3.11+ requirements/app.txt
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

clean: ## remove what set-up built; the shop's own home (var/) stays
	rm -rf .venv .venv-rasa build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .rasa
