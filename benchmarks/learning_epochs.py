"""Time of a learning epoch: costates against reverse-mode differentiation.

Both give the gradient of the same cost at the same steps. One run measures them side
by side, first call (with compilation) and warm, best of five:

    python benchmarks/learning_epochs.py
"""

import time
from collections.abc import Callable

import jax
import numpy as np

from oqnn._core.jax64 import in_double_precision
from oqnn.environments import (
    LearningRule,
    ProtectionCost,
    ReferenceEnvironment,
    init,
    learn,
    step,
)
from oqnn.environments.learning import _problem
from oqnn.environments.learning_jax import epoch

EPOCHS = 50


def timed(call: Callable[[], object], repeats: int = 5) -> tuple[float, float]:
    """Return seconds of the first call and of the best later one."""
    seconds = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        jax.block_until_ready(call())
        seconds.append(time.perf_counter() - start)
    return seconds[0], min(seconds[1:])


def epochs_of(learners: int) -> Callable[[], object]:
    """Return a call that takes some epochs of a number of learners."""
    environment, rule, cost = ReferenceEnvironment(), LearningRule(), ProtectionCost()
    start = init(np.array([rule.random_weights(seed) for seed in range(learners)]))
    return lambda: step(start, environment, rule, cost, epochs=EPOCHS)


@in_double_precision
def gradients() -> dict[str, Callable[[], object]]:
    """Return the gradient of one epoch by costates and by reverse mode."""
    rule = LearningRule()
    problem = _problem(ReferenceEnvironment(), rule, ProtectionCost(), None)
    weights, y0, q = rule.random_weights(0), np.zeros(4), rule.resolution

    def cost(W: jax.Array) -> jax.Array:
        return epoch(problem, W, y0, q).cost

    costates = jax.jit(lambda W: epoch(problem, W, y0, q))
    reverse = jax.jit(jax.value_and_grad(cost))
    return {
        "costates": in_double_precision(lambda: costates(weights)),
        "reverse mode": in_double_precision(lambda: reverse(weights)),
    }


def main() -> None:
    """Print both comparisons."""
    print("seconds for 1000 epochs of the reference setting")
    for learners in (1, 8):
        first, warm = timed(epochs_of(learners))
        each = 1000 / EPOCHS * warm / learners
        print(
            f"  {learners} learner(s): {1000 / EPOCHS * warm:6.2f} together, "
            f"{each:5.2f} each; compilation {first - warm:.1f} s once"
        )
    print("milliseconds for one gradient")
    warm_times = {}
    for name, call in gradients().items():
        first, warm_times[name] = timed(call, repeats=50)
        print(f"  {name:<13} {1e3 * warm_times[name]:7.2f} warm, {first:.1f} s first")
    ratio = warm_times["reverse mode"] / warm_times["costates"]
    print(f"  reverse mode takes {ratio:.1f} times as long")
    start = time.perf_counter()
    learn(ReferenceEnvironment(), seeds=range(1), epochs=1000, progress=False)
    seconds = time.perf_counter() - start
    print(f"learn(), one seed, 1000 epochs, all included: {seconds:.1f} s")


if __name__ == "__main__":
    main()
