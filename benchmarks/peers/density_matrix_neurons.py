"""Quantum spiking neurons as density matrices in PyTorch; run by `quantum_neurons.py`.

Every neuron and sample has a complex64 density matrix of all its qubits. A step applies
gates, reads the probabilities of patterns off the diagonal, draws or takes a pattern,
keeps its block and resets the input-output qubits. Two ways of applying gates:

- "gates": U = V R(z) as matrices of the joint space, then U ρ U†;
- "superoperators": R(z) as a vector of the input-output qubits, which are |0⟩ before
  it, and V ⊗ V* as one matrix a neuron.

Neurons come first and samples second, so that what a neuron's samples share is one
batched product. The local rule is oqnn's: M passes, a direction each and both signs
of it; currents of the inputs are found once, those of a direction by one product.

Reads one JSON object from standard input and writes one: "check" returns spikes,
likelihoods and gradient for the random numbers that oqnn draws from the same seed,
"step" times training steps with Adam, "neurons" times sampled steps of larger neurons.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

case = json.load(sys.stdin)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: case["threads"]])

import numpy as np  # noqa: E402
import torch  # noqa: E402

sys.path.append(str(Path(__file__).parent.parent / "parts"))
from neuron_numbers import some_network, some_samples, timed  # noqa: E402

X = torch.tensor([[0, 1], [1, 0]], dtype=torch.complex64)
PATIENCE = 12.0  # seconds of repeating
MOST = 6  # repeats
CLOCK = time.process_time if case["threads"] == 1 else time.perf_counter


def two_qubit_unitaries(angles: torch.Tensor) -> torch.Tensor:
    """Return V of (θ_mem, θ_in, θ_ent), input-output qubit first, shape (n, 4, 4)."""
    mem, inp, ent = (turn(angle) for angle in angles.T)
    one = torch.eye(2, dtype=torch.complex64)
    zero, full = torch.diag(torch.tensor([1, 0])), torch.diag(torch.tensor([0, 1]))
    controlled = torch.kron(one, zero) + kron(ent, full.to(torch.complex64))
    return kron(inp, mem) @ controlled


def turn(angles: torch.Tensor) -> torch.Tensor:
    """Return R_X, shape (..., 2, 2)."""
    half = angles[..., None, None] / 2
    one = torch.eye(2, dtype=torch.complex64)
    return torch.cos(half) * one - 1j * torch.sin(half) * X


def kron(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return Kronecker products of batches of matrices."""
    found = a[..., :, None, :, None] * b[..., None, :, None, :]
    return found.reshape(
        *found.shape[:-4], a.shape[-2] * b.shape[-2], a.shape[-1] * b.shape[-1]
    )


class Neurons:
    """Neurons of N + N_M qubits with unitaries (n, d, d)."""

    def __init__(self, V: torch.Tensor, n_io: int, n_memory: int, form: str) -> None:
        self.V, self.form = V, form
        self.io, self.memory = 2**n_io, 2**n_memory
        if form == "superoperators":
            self.whole = kron(V, V.conj())  # of ρ with rows after rows

    def start(self, samples: int) -> torch.Tensor:
        """Return |0…0⟩ as what the form carries."""
        d = self.memory if self.form == "superoperators" else self.io * self.memory
        rho = torch.zeros(len(self.V), samples, d, d, dtype=torch.complex64)
        rho[..., 0, 0] = 1
        return rho

    def apply(self, rho: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """Return ρ of all qubits before the measurement, for currents (n, B, N)."""
        if self.form == "gates":
            R = turn(torch.pi * torch.relu(z[..., 0]))
            for q in range(1, z.shape[-1]):
                R = kron(R, turn(torch.pi * torch.relu(z[..., q])))
            U = self.V[:, None] @ kron(R, torch.eye(self.memory))
            return U @ rho @ U.mH
        half = torch.pi / 2 * torch.relu(z)
        qubits = torch.stack([torch.cos(half) + 0j, -1j * torch.sin(half)], dim=-1)
        phi = qubits[:, :, 0]
        for q in range(1, z.shape[-1]):
            phi = (phi[..., :, None] * qubits[:, :, q, None]).flatten(-2)
        joint = kron(phi[..., :, None] * phi[..., None, :].conj(), rho)
        return (joint.flatten(-2) @ self.whole.mT).reshape(joint.shape)

    def law(self, rho: torch.Tensor) -> torch.Tensor:
        """Return the probabilities of patterns, (n, B, 2**N)."""
        diagonal = rho.diagonal(dim1=-2, dim2=-1).real
        return diagonal.unflatten(-1, (self.io, self.memory)).sum(-1)

    def settle(self, rho: torch.Tensor, s: torch.Tensor, p: torch.Tensor):
        """Keep the block of pattern s, over p, with input-output qubits at |0⟩."""
        blocks = rho.reshape(*s.shape, self.io, self.memory, self.io, self.memory)
        blocks = blocks.diagonal(dim1=2, dim2=4)  # (n, B, M, M, 2**N)
        index = s[..., None, None, None].expand(*blocks.shape[:-1], 1)
        kept = blocks.gather(-1, index)[..., 0] / p[..., None, None]
        if self.form == "superoperators":
            return kept
        rho = torch.zeros_like(rho)
        rho[..., : self.memory, : self.memory] = kept
        return rho

    def run(self, z, uniforms=None, patterns=None):
        """Draw or take patterns (T, n, B); return them and log-likelihoods (n, B)."""
        rho, total, drawn = self.start(z.shape[2]), 0, []
        for t in range(len(z)):
            rho = self.apply(rho, z[t])
            law = self.law(rho)
            if patterns is None:
                bounds = law.cumsum(-1)[..., :-1]
                s = (uniforms[t][..., None] >= bounds).sum(-1)
            else:
                s = patterns[t]
            p = law.gather(-1, s[..., None])[..., 0]
            rho = self.settle(rho, s, p)
            total = total + torch.log(p)
            drawn.append(s)
        return torch.stack(drawn), total


class LocalRule:
    """Training steps of layers of two-qubit neurons."""

    def __init__(self, weights, angles, form: str, passes: int, epsilon: float) -> None:
        self.weights = [torch.as_tensor(w) for w in weights]
        self.angles = [torch.as_tensor(a) for a in angles]
        self.form, self.passes, self.epsilon = form, passes, epsilon

    def layer(self, angles: torch.Tensor) -> Neurons:
        """Return the neurons of a layer."""
        return Neurons(two_qubit_unitaries(angles), 1, 1, self.form)

    def draw(self, first, uniforms) -> tuple[list, list]:
        """Draw all layers, with the first one's currents; return spikes, currents."""
        spikes, currents, z = [], [first], first
        for k, angles in enumerate(self.angles):
            s, _ = self.layer(angles).run(z[..., None], uniforms=uniforms[k])
            spikes.append(s)
            if k + 1 < len(self.angles):
                z = self.weights[k + 1] @ s.to(torch.float32)  # (T, n, B)
                currents.append(z)
        return spikes, currents

    def losses(self, spikes: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return cross-entropies of spike counts, (B,)."""
        counts = spikes.sum(0).to(torch.float32).T  # (B, classes)
        return torch.nn.functional.cross_entropy(counts, labels, reduction="none")

    def gradient(self, inputs, labels, uniforms: Callable, directions: Callable):
        """Return gradients of weights and angles, and what the passes drew."""
        x = inputs.mT.contiguous()  # (T, m, B)
        first = self.weights[0] @ x
        passes = [self.draw(first, uniforms(m)) for m in range(self.passes)]
        losses = torch.stack([self.losses(s[-1], labels) for s, _ in passes])
        feedback = losses - (losses.sum(0) - losses) / (self.passes - 1)
        gw = [torch.zeros_like(w) for w in self.weights]
        ga = [torch.zeros_like(a) for a in self.angles]
        for m, (spikes, currents) in enumerate(passes):
            dw, da = directions(m)
            sent = [x, *(s.to(torch.float32) for s in spikes[:-1])]
            for k, (w, a) in enumerate(zip(self.weights, self.angles, strict=True)):
                sigma = 1 / w.shape[1] ** 0.5
                change = (self.epsilon * sigma) * (dw[k] @ sent[k])
                up, down = (
                    self.layer(a + sign * self.epsilon * da[k]).run(
                        (currents[k] + sign * change)[..., None], patterns=spikes[k]
                    )[1]
                    for sign in (1, -1)
                )
                slope = (up - down) / (2 * self.epsilon)  # (n, B)
                found = (feedback[m] * slope).mean(1)[:, None] / self.passes
                gw[k] += found * dw[k] / sigma
                ga[k] += found * da[k]
        return gw, ga, passes, losses


def check() -> dict:
    """Return one gradient in full, with the random numbers that oqnn draws."""
    sizes, T, B, M = (case[k] for k in ("sizes", "steps", "batch", "passes"))
    weights, angles = some_network(sizes)
    rule = LocalRule(weights, angles, case["form"], M, case["epsilon"])
    inputs, labels = some_samples(sizes, T, B)
    rng = np.random.default_rng(case["seed"])
    numbers = [
        rng.random((M, T, B, n, case["uniforms"]), dtype=np.float32)[..., 0]
        for n in sizes[1:]
    ]
    signs = []
    for array in (*weights, *angles):
        shape = (M, 1, *array.shape)
        size = int(np.prod(shape))
        bits = np.frombuffer(rng.bytes(-(-size // 8)), np.uint8)
        signs.append(2.0 * np.unpackbits(bits, count=size).reshape(shape)[:, 0] - 1)
    signs = [torch.as_tensor(s.astype(np.float32)) for s in signs]
    L = len(weights)
    gw, ga, passes, losses = rule.gradient(
        torch.as_tensor(inputs.astype(np.float32)),
        torch.as_tensor(labels),
        lambda m: [torch.as_tensor(u[m]).mT for u in numbers],
        lambda m: ([s[m] for s in signs[:L]], [s[m] for s in signs[L:]]),
    )
    spikes, currents = passes[0]
    logs = [
        rule.layer(a).run(z[..., None], patterns=s)[1]
        for a, z, s in zip(rule.angles, currents, spikes, strict=True)
    ]
    return {
        "spikes": [s.mT.tolist() for s in spikes],  # (T, B, n) of the first pass
        "likelihoods": [log.T.tolist() for log in logs],  # (B, n)
        "gradient": [g.tolist() for g in (*gw, *ga)],
        "loss": float(losses.mean()),
    }


def step() -> dict:
    """Time training steps."""
    sizes, T, B, M = (case[k] for k in ("sizes", "steps", "batch", "passes"))
    rule = LocalRule(*some_network(sizes), case["form"], M, case["epsilon"])
    inputs, labels = some_samples(sizes, T, B)
    inputs = torch.as_tensor(inputs.astype(np.float32))
    labels = torch.as_tensor(labels)
    optimizer = torch.optim.Adam([*rule.weights, *rule.angles], lr=0.01)

    def signs(like: torch.Tensor) -> torch.Tensor:
        return torch.empty_like(like).bernoulli_(0.5).mul_(2).sub_(1)

    def one() -> None:
        gw, ga, _, _ = rule.gradient(
            inputs,
            labels,
            lambda m: [torch.rand(T, n, B) for n in sizes[1:]],
            lambda m: (
                [signs(w) for w in rule.weights],
                [signs(a) for a in rule.angles],
            ),
        )
        for parameter, g in zip((*rule.weights, *rule.angles), (*gw, *ga), strict=True):
            parameter.grad = g
        optimizer.step()

    return timed(one, CLOCK, PATIENCE, MOST)


def neurons() -> dict:
    """Time sampled steps of neurons of any number of qubits."""
    n, T, B, n_io, n_memory = (
        case[k] for k in ("neurons", "steps", "batch", "n_io", "n_memory")
    )
    V = torch.linalg.qr(
        torch.randn(n, *(2 ** (n_io + n_memory),) * 2, dtype=torch.complex64)
    )[0]
    made = Neurons(V, n_io, n_memory, case["form"])
    z = torch.randn(T, n, B, n_io)
    return timed(
        lambda: made.run(z, uniforms=torch.rand(T, n, B)), CLOCK, PATIENCE, MOST
    )


def main() -> None:
    """Do what is asked for."""
    torch.set_num_threads(case["threads"])
    torch.manual_seed(0)
    with torch.no_grad():
        found = {"check": check, "step": step, "neurons": neurons}[case["task"]]()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
