"""Forward and backward in Norse; run by `benchmarks/lif.py` in its own environment.

Norse's recurrent LIF layer with the constants and the loss of oqnn. The derivative of
its spikes is 1/(|x| + 1)² whatever α is (in version 1.1). In a step of Norse the
current takes its jumps before the voltage moves, in oqnn afterwards: with sources that
come one step later the spikes are the same. Norse detaches the reset and follows
recurrent spikes. Its threshold is strict.

Reads one JSON object from standard input and writes one.
"""

import json
import os
import sys
import time
import warnings
from pathlib import Path

case = json.load(sys.stdin)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: case["threads"]])
warnings.simplefilter("ignore")  # of torch.jit, at import

import norse.torch as norse  # noqa: E402
import torch  # noqa: E402


def peak_MB() -> float:
    """Return the most memory that this process has held."""
    # not ru_maxrss: a child starts with the peak of its parent
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if "VmHWM" in line).split()[1]) / 1024


def layer(dtype: torch.dtype) -> torch.nn.Module:
    """Return the network."""
    parameters = norse.LIFParameters(
        tau_mem_inv=torch.tensor(1 / 10e-3, dtype=dtype),
        tau_syn_inv=torch.tensor(1 / 5e-3, dtype=dtype),
        v_leak=torch.tensor(0.0, dtype=dtype),
        v_th=torch.tensor(1.0, dtype=dtype),
        v_reset=torch.tensor(0.0, dtype=dtype),
        method="super",
        alpha=torch.tensor(10.0, dtype=dtype),
    )
    inputs, recurrent = (
        torch.nn.Parameter(torch.tensor(w, dtype=dtype)) for w in case["weights"]
    )
    n, m = inputs.shape
    return norse.LIFRecurrent(
        m,
        n,
        p=parameters,
        dt=1e-3,
        input_weights=inputs,
        recurrent_weights=recurrent,
        autapses=True,
    )


def loss(z: torch.Tensor) -> torch.Tensor:
    """Return the correlation loss of six spins."""
    s = 2 * z[..., :6] - 1
    one = torch.ones_like(s[..., :1])
    left, right = (torch.cat([one, part], -1) for part in (s[..., :3], s[..., 3:]))
    means = left.flatten(0, 1).T @ right.flatten(0, 1) / (z.shape[0] * z.shape[1])
    targets = torch.tensor(case["targets"], dtype=z.dtype)
    found = torch.cat([means[1:, 0], means[0, 1:], means[1:, 1:].flatten()])
    return ((found - targets) ** 2).sum() / 4


def check() -> dict:
    """Return spikes and gradient in double precision for given sources."""
    network = layer(torch.float64)
    z, _ = network(torch.tensor(case["sources"], dtype=torch.float64))
    loss(z).backward()
    return {
        "active": z.int().tolist(),
        "inputs": network.input_weights.grad.tolist(),
        "recurrent": network.recurrent_weights.grad.tolist(),
    }


def timing() -> dict:
    """Return seconds of the first and of the best later call, and MB at the peak."""
    torch.manual_seed(0)
    network = layer(torch.float32)
    m = network.input_weights.shape[1]
    sources = (torch.rand(case["steps"], case["batch"], m) < 0.7).float()
    held = peak_MB()
    clock = time.process_time if case["threads"] == 1 else time.perf_counter
    seconds = []
    for _ in range(case["repeats"]):
        network.zero_grad()
        start = clock()
        z, _ = network(sources)
        loss(z).backward()
        seconds.append(clock() - start)
        del z
    peak = peak_MB()
    return {
        "first": seconds[0],
        "warm": min(seconds),
        "peak_MB": peak - held,
    }


def main() -> None:
    """Do what is asked for."""
    torch.set_num_threads(case["threads"])
    json.dump(check() if "sources" in case else timing(), sys.stdout)


if __name__ == "__main__":
    main()
