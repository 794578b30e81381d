"""Networks of quantum spiking neurons: oqnn beside density matrices in PyTorch.

1. agreement: spikes, likelihoods and the gradient of the local rule for the same random
   numbers, in single precision;
2. speed: one training step, local rule with M = 5 passes and Adam, of a network of 784
   inputs, 1000 and 10 neurons of two qubits, T = 5, 256 samples: first call, with
   compilation, best warm one; memory at the peak of the first call above that of the
   data, and of warm calls above what stays between them. The floor is M + 2 products
   of all inputs with the first layer's weights: the currents of the record, found
   twice, and a direction each;
3. scaling: time a neuron, sample and step of N + N_M = 2 to 10 qubits, for sampled
   steps and for the exact gradient of the likelihood, and bytes of a state.

The peer holds a complex64 density matrix of every neuron and sample. It is written for
this comparison, once as one would write it first, with gates as 4 × 4 products, and
once as fast as we could: V ⊗ V* as one matrix a neuron.

One core is timed in processor time, so that other programs matter little, two in wall
time.

    python benchmarks/quantum_neurons.py [agree] [speed] [scaling]

PyTorch runs in `.venv-torch` (``make .venv-torch/.ready``); where it is missing its
rows are left out.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent
TORCH = ROOT.parent / ".venv-torch" / "bin" / "python"
FORMS = ("gates", "superoperators")
STEP = {
    "task": "step",
    "sizes": (784, 1000, 10),
    "steps": 5,
    "batch": 256,
    "passes": 5,
    "epsilon": 0.01,
}
SCALING = {"task": "neurons", "neurons": 8, "steps": 5, "batch": 64, "threads": 1}
LAYERS = 2  # of the circuits' gates
LARGEST_PEER = 4  # qubits


def in_a_process(case: dict) -> dict:
    """Run a case in a process of its own: ours, or the peer's where it has a form."""
    peer = "form" in case
    script = "peers/density_matrix_neurons.py" if peer else "parts/neuron_step.py"
    found = subprocess.run(
        [TORCH if peer else sys.executable, ROOT / script],
        input=json.dumps(case),
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise SystemExit(f"{script} failed:\n{found.stderr[-2000:]}")
    return json.loads(found.stdout)


def agree() -> None:
    """Compare all that both find from the same random numbers."""
    case = {
        "task": "check",
        "sizes": (30, 20, 4),
        "steps": 5,
        "batch": 16,
        "passes": 3,
        "epsilon": 0.01,
        "seed": 3,
        "uniforms": 1,
        "threads": 1,
    }
    ours = in_a_process(case)
    total = sum(np.size(s) for s in ours["spikes"])
    for form in FORMS if TORCH.exists() else ():
        theirs = in_a_process(case | {"form": form})
        differ = sum(
            int((np.array(a) != np.array(b)).sum())
            for a, b in zip(ours["spikes"], theirs["spikes"], strict=True)
        )
        off = max(
            np.abs(np.array(a) - np.array(b)).max()
            for a, b in zip(ours["likelihoods"], theirs["likelihoods"], strict=True)
        )
        slopes = max(
            np.abs(np.array(a) - np.array(b)).max() / np.abs(np.array(a)).max()
            for a, b in zip(ours["gradient"], theirs["gradient"], strict=True)
        )
        print(
            f"\nPeer by {form}, for the same random numbers\n"
            f"  spikes that differ     {differ} of {total}\n"
            f"  log-likelihoods        differ by {off:.0e} at most\n"
            f"  gradient               differs by {slopes:.0e} of its largest number\n"
            f"  loss                   {ours['loss']:.6f} and {theirs['loss']:.6f}",
            flush=True,
        )


def speed() -> None:
    """Print the table of training steps."""
    for threads in (1, 2):
        print(
            f"\nTraining step of {' - '.join(map(str, STEP['sizes']))}, T = "
            f"{STEP['steps']}, batch {STEP['batch']}, M = {STEP['passes']}, "
            f"{threads} core{'s'[: threads - 1]}\n  {'':<28}{'first':>10}{'warm':>11}"
            f"{'peak':>10}{'warm':>10}"
        )
        ours = in_a_process(STEP | {"threads": threads})
        row("oqnn", ours, ours)
        for form in FORMS if TORCH.exists() else ():
            row(
                f"peer, {form}",
                in_a_process(STEP | {"threads": threads, "form": form}),
                ours,
            )
    found = in_a_process(STEP | {"task": "parts", "threads": 1})
    print("\nParts of a step of oqnn, each alone, on one core")
    for name, seconds in found.items():
        print(f"  {name:<28}{1e3 * seconds:9.1f} ms")


def row(name: str, found: dict, ours: dict) -> None:
    """Print one line, with the ratios to oqnn."""
    ratios = ""
    if found is not ours:
        ratios = (
            f"   {found['warm'] / ours['warm']:5.1f} × the time, "
            f"{found['warm_MB'] / ours['warm_MB']:.1f} × the memory of oqnn"
        )
    print(
        f"  {name:<28}{found['first']:8.2f} s{found['warm']:9.3f} s"
        f"{found['peak_MB']:7.0f} MB{found['warm_MB']:7.0f} MB{ratios}",
        flush=True,
    )


def scaling() -> None:
    """Print microseconds a neuron, sample and step, and bytes of a state."""
    print(
        f"\nTime a neuron, sample and step on one core, {SCALING['neurons']} neurons, "
        f"{SCALING['batch']} samples, {LAYERS} layers of gates, half of the qubits "
        "memory\n"
        f"{'qubits':>8}{'drawn':>13}{'gradient':>13}{'state':>10}"
        f"{'peer, drawn':>15}{'its state':>12}"
    )
    number = SCALING["neurons"] * SCALING["batch"] * SCALING["steps"]
    for qubits in (2, 4, 6, 8, 10):
        case = SCALING | {"n_io": qubits // 2, "n_memory": qubits - qubits // 2}
        case |= {"layers": LAYERS}
        drawn = in_a_process(case | {"gradient": False})["warm"]
        gradient = in_a_process(case | {"gradient": True})["warm"]
        line = (
            f"{qubits:>8}{1e6 * drawn / number:>10.2f} µs"
            f"{1e6 * gradient / number:>10.2f} µs{8 * 2 ** case['n_memory']:>8} B"
        )
        if qubits <= LARGEST_PEER and TORCH.exists():
            theirs = min(in_a_process(case | {"form": f})["warm"] for f in FORMS)
            line += f"{1e6 * theirs / number:>12.2f} µs{8 * 4**qubits:>10} B"
        print(line, flush=True)


TABLES = {"agree": agree, "speed": speed, "scaling": scaling}


def main() -> None:
    """Run the tables named on the command line, all by default."""
    for name in sys.argv[1:] or TABLES:
        TABLES[name]()


if __name__ == "__main__":
    main()
