# Every target sets up .venv by itself from Python, pip, git and make.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
OUT ?= results/demo

.PHONY: demo test lint aer bench book clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[test]'
	touch $@

demo: $(READY)
	$(BIN)/oqnn compare --out $(OUT)

# a process a core, each with one thread: files are dealt out whole, for their fixtures
test: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# a peer with its own pins gets its own environment
PEER := .venv-dynamiqs
$(PEER)/.ready: constraints.txt
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip install --quiet -c constraints.txt dynamiqs
	touch $@

QOC := .venv-qutip-qoc
$(QOC)/.ready:
	$(PYTHON) -m venv $(QOC)
	$(QOC)/bin/python -m pip install --quiet "qutip-qoc==0.2.0"
	touch $@

MOYALSTAR := .venv-moyalstar
$(MOYALSTAR)/.ready:
	$(PYTHON) -m venv $(MOYALSTAR)
	$(MOYALSTAR)/bin/python -m pip install --quiet "moyalstar==1.1.0"
	touch $@

NORSE := .venv-norse
$(NORSE)/.ready:
	$(PYTHON) -m venv $(NORSE)
	$(NORSE)/bin/python -m pip install --quiet "norse==1.1.0" "nirtorch==2.6"
	touch $@

NETKET := .venv-netket
$(NETKET)/.ready:
	$(PYTHON) -m venv $(NETKET)
	$(NETKET)/bin/python -m pip install --quiet "netket==3.23.0"
	touch $@

TORCH := .venv-torch
$(TORCH)/.ready:
	$(PYTHON) -m venv $(TORCH)
	$(TORCH)/bin/python -m pip install --quiet "torch==2.15.0" numpy
	touch $@

# not a peer but a check: the tests that are skipped without Qiskit Aer
AER := .venv-aer
$(AER)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(AER)
	$(AER)/bin/python -m pip install --quiet -c constraints.txt -e '.[aer,qasm]' \
	  "qiskit==2.6.2" "qiskit-aer==0.18.2" "qiskit-qasm3-import==0.6.0" pytest "openqasm3[parser]"
	touch $@

aer: $(AER)/.ready
	$(AER)/bin/python -m pytest tests/quantum_neurons/circuits/test_aer.py

bench: $(READY) $(PEER)/.ready $(QOC)/.ready $(MOYALSTAR)/.ready $(NORSE)/.ready $(NETKET)/.ready $(TORCH)/.ready
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

book: $(READY)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[book]'
	OMP_NUM_THREADS=1 $(BIN)/sphinx-build -q -W --keep-going theory build/book
	@echo "open build/book/index.html"

clean:
	rm -rf .venv .venv-* .pytest_cache .ruff_cache .mypy_cache build dist
