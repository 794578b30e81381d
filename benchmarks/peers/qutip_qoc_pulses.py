"""Gradients of pulses in qutip-qoc; run by `benchmarks/learning.py` in its own venv.

Reads one JSON object from standard input (generators L₀, L₁, … as real matrices, the
pulses to start from, the period), writes one to standard output: seconds
of the whole run, seconds from one gradient to the next, and how many there were. The
register cannot be traced out in its cost, so the aim is a map of system and register:
a random orthogonal one, which costs what any other does.
"""

import json
import sys
import time
import warnings

import numpy as np

warnings.simplefilter("ignore")  # matplotlib is not needed

import qutip  # noqa: E402
from qutip_qoc import Objective, optimize_pulses  # noqa: E402
from qutip_qtrl.fidcomp import FidCompTraceDiff  # noqa: E402

ITERATIONS = 5


def main() -> None:
    """Time some iterations of GRAPE."""
    problem = json.load(sys.stdin)
    parts, start = np.array(problem["parts"]), np.array(problem["start"])
    size = parts.shape[-1]
    side = round(np.sqrt(size))
    dims = [[[side], [side]]] * 2
    L = [qutip.Qobj(part, dims=dims) for part in parts]
    orthogonal = np.linalg.qr(np.random.default_rng(1).normal(size=(size, size)))[0]
    objective = Objective(
        initial=qutip.Qobj(np.eye(size), dims=dims),
        H=[L[0], *([channel, lambda t, p: p] for channel in L[1:])],
        target=qutip.Qobj(orthogonal, dims=dims),
    )
    slices = len(start)
    times = np.linspace(0, problem["period"], slices + 1)[:-1]
    controls = {
        f"y{k}": {"guess": start[:, k], "bounds": (-1, 1)}
        for k in range(start.shape[1])
    }
    ends, gradient = [], FidCompTraceDiff.get_fid_err_gradient

    def counted(self: FidCompTraceDiff) -> np.ndarray:
        slope = gradient(self)
        ends.append(time.process_time())
        return slope

    FidCompTraceDiff.get_fid_err_gradient = counted
    seconds = time.process_time()
    optimize_pulses(
        objectives=[objective],
        control_parameters=controls,
        tlist=times,
        algorithm_kwargs={"alg": "GRAPE", "fid_err_targ": 0, "max_iter": ITERATIONS},
    )
    seconds = time.process_time() - seconds
    each = np.diff(ends).min()
    json.dump({"first": seconds, "each": each, "calls": len(ends)}, sys.stdout)


if __name__ == "__main__":
    main()
