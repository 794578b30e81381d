"""Derivations by topic."""

from importlib import import_module

from .._core.checks import check_choice, check_integer
from .derivation import Derivation

__all__ = ["TOPICS", "derive"]

CORRELATIONS = "projection.initial_correlations"
TOPICS = {
    "moyal": "moyal_derivation:derive_moyal",
    "cat": "superpositions:derive_cat",
    "mixture": "superpositions:derive_mixture",
    "classical-limit": "limits_derivation:derive_classical_limit",
    "lindblad-phase-space": "lindblad_derivation:derive_lindblad_phase_space",
    "hamilton-jacobi": "mechanics.derivations:derive_hamilton_jacobi",
    "madelung": "mechanics.derivations:derive_madelung",
    "nakajima-zwanzig": "projection.nakajima_zwanzig:derive_nakajima_zwanzig",
    "tcl": "projection.tcl:derive_tcl",
    "register": "projection.register:derive_register",
    "initial-correlations": f"{CORRELATIONS}:derive_initial_correlations",
    "correlation-map": "correlation_derivation:derive_correlation_map",
}
"""Where the derivation of each topic is, as ``module:function``."""


def derive(topic: str, order: int | None = None) -> Derivation:
    """Derive the equations of a topic, step by step.

    Parameters
    ----------
    topic : str
        One of ``TOPICS``.
    order : int, optional
        Where an expansion ends, in topics that have one: a power of ħ, of the coupling,
        or a number of terms, as the topic says. By default the topic's own.

    Returns
    -------
    Derivation
        Print it, or take its LaTeX; ``derivation["name"]`` is the formula of a step.

    Raises
    ------
    TypeError
        If `order` is no integer.
    ValueError
        If `topic` is unknown, or `order` is negative or given where nothing is
        expanded.

    Examples
    --------
    >>> derive("cat").title
    'A superposition of two packets'
    """
    check_choice(topic, "topic", TOPICS)
    if order is not None:
        check_integer(order, "order", least=0)
    module, function = TOPICS[topic].split(":")
    function_of_topic = getattr(import_module(f".{module}", __package__), function)
    return function_of_topic() if order is None else function_of_topic(order)
