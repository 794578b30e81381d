"""Learning rates in units of the neurons: what a weight changes by in an epoch."""

from ..network import LIFNetwork, LIFParameters

__all__ = ["lift_current", "weight_rates"]


def lift_current(p: LIFParameters) -> float:
    """Return the current that lifts a neuron from reset to threshold in one step."""
    return (p.v_threshold - p.v_reset) * p.tau_mem_ms / (p.dt_ms * p.resistance)


def weight_rates(
    network: LIFNetwork, inputs: float, recurrent: float
) -> tuple[float, float]:
    """Return the change of a single weight in an epoch, by kind."""
    unit = lift_current(network.parameters)
    return inputs * unit / network.n_sources, recurrent * unit / network.n_neurons
