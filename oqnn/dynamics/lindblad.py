"""The Lindblad equation, with the arguments of ``qutip.mesolve``."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_hermitian, check_shapes
from .._core.qobj import as_state, is_qobj
from .controls import ConstantControls, Controls
from .evolution import Evolution
from .evolve import DENSE_LIMIT, evolve
from .lindblad_drive import driven_lindblad
from .lindblad_points import LindbladPoints, Run, one_by_one
from .protocol import Generator
from .qutip_inputs import (
    TimeOperator,
    as_constant,
    depends_on_time,
    read_operator,
    subsystems,
)
from .register import RegisterGenerator
from .solvers.memory_limit import check_memory
from .solvers.operators import as_operators, check_operators
from .solvers.starts import as_times

__all__ = ["evolve_lindblad"]


def evolve_lindblad(
    H: Any,
    rho0: Any,
    tlist: ArrayLike,
    c_ops: Any = (),
    *,
    e_ops: Sequence[Any] | Mapping[str, Any] | None = None,
    args: Mapping[str, Any] | None = None,
    edges: ArrayLike = (),
    dims: Sequence[int] | None = None,
    save: str = "all",
    tol: float = 1e-9,
    progress: bool | None = None,
) -> Evolution:
    r"""Evolve a state under a Lindblad equation.

    .. math:: \dot\rho = -i[H, \rho] + \sum_k \bigl(L_k \rho L_k^\dagger
        - \tfrac12 \{L_k^\dagger L_k, \rho\}\bigr)

    Constant H and L_k are exact up to d = 22, for all points of a batch at once; larger
    ones take Krylov steps to within `tol`. Those that depend on time become channels of
    a ControlledGenerator (a jump A + f(t) B those of f and \|f\|²) and are exact if
    every coefficient is a step function of QuTiP's, or take adaptive steps that cannot
    step over a pulse; see `evolve` for what is known of pulses.

    Parameters
    ----------
    H : Qobj, QobjEvo, array (*batch, d, d), function or list, angular frequency
        Hermitian at all times. A list is QuTiP's ``[H0, [H1, f], ...]`` with f a
        function of t, a string, an array over `tlist` (a cubic spline between) or a
        QuTiP coefficient. Terms need not be Hermitian one by one. A function of t that
        returns the whole of H makes d² channels: prefer a list.
    rho0 : Qobj, or shape (d,) or (*batch, d, d)
        Ket, or any operator, Hermitian or not, at ``tlist[0]``. A list may hold Qobj.
    tlist : shape (t,)
        Strictly increasing.
    c_ops : sequence, 1/√time
        Jumps L_k in any of the forms of `H`; one Qobj or matrix stands for itself.
        A function of t as a whole makes d⁴ channels.
    e_ops : operator, or sequence or mapping of operators, optional
        Observables; expectations are named by their key or index.
    args : mapping, optional
        Arguments of functions and strings, as in QuTiP.
    edges : shape (e,), optional
        Times at which coefficients jump or short pulses begin and end.
    dims : sequence of int, optional
        Subsystems, whose product is d; those of a Qobj by default.
    save : {"all", "last"}
        Keep the states at every time or at the last; expectations are kept at all.
    tol : float
        Error wanted, relative to the Hilbert-Schmidt norm of `rho0`, where the method
        is not exact. `Evolution.error` tells what was achieved.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    Evolution
        With one block; `states` has shape (*batch, t, d, d). The batch axes of `H`,
        `c_ops` and `rho0` broadcast together. With operators that depend on time, and
        above d = 22, the points of a batch are evolved one after the other.

    Raises
    ------
    TypeError
        If an operator, a coefficient or the state is of no known form.
    ValueError
        If sizes, subsystems or batch axes disagree, `H` is not Hermitian (at a time
        that is named), an entry is not finite, `tlist` does not increase, or memory
        does not suffice.
    ConvergenceError
        If a coefficient is noise, or `tol` is below rounding.

    References
    ----------
    .. [1] Lindblad, Commun. Math. Phys. 48, 119 (1976); Gorini, Kossakowski,
       Sudarshan, J. Math. Phys. 17, 821 (1976).

    Examples
    --------
    Three decay rates at once: populations e^{−gt}.

    >>> import numpy as np
    >>> rates, lowering = np.array([0.1, 0.5, 2.0]), np.array([[0, 0], [1, 0]])
    >>> jumps = np.sqrt(rates)[:, None, None] * lowering
    >>> result = evolve_lindblad(np.zeros((2, 2)), [1, 0], [0.0, 1.0], [jumps])
    >>> result.states[:, -1, 0, 0].real.round(6)
    array([0.904837, 0.606531, 0.135335])
    """
    tlist = as_times(tlist)
    edges = np.asarray(edges, dtype=float)
    check_shapes(edges=(edges, "e"))
    check_finite(edges, "edges")
    jumps = _as_list(c_ops)
    observables = e_ops.values() if isinstance(e_ops, Mapping) else _as_list(e_ops)
    known = subsystems(H, *jumps, rho0, *observables)
    dims = known if dims is None else dims

    def run(
        generator: Generator,
        rho: np.ndarray,
        controls: Controls | None,
        show: bool | None,
    ) -> Evolution:
        return evolve(
            generator,
            rho[..., None, :, :],
            tlist,
            controls=controls,
            e_ops=e_ops,
            dims=dims,
            save=save,
            tol=tol,
            progress=show,
        )

    large = _large_generator(H, jumps)
    if large is not None:
        return run(large, _start(rho0, large.d), None, progress)
    operators = [read_operator(H, "H", tlist, args)]
    for k, L in enumerate(jumps):
        operators.append(read_operator(L, f"c_ops[{k}]", tlist, args))
    given, rho = _batch(operators, _start(rho0, operators[0].d))
    if any(A.terms for A in operators):

        def at(point: int) -> tuple[Generator, Controls | None]:
            chosen = [A.at(point, given) for A in operators]
            return driven_lindblad(chosen[0], chosen[1:], tlist, edges)

        return one_by_one(run, at, given, rho, progress)
    return _constant(operators, given, rho, run, progress)


def _constant(
    operators: list[TimeOperator],
    given: tuple[int, ...],
    rho: np.ndarray,
    run: Run,
    progress: bool | None,
) -> Evolution:
    """Evolve under constant operators, at all points at once if they are small."""
    d, count = rho.shape[-1], math.prod(given)
    check_hermitian(operators[0].constant, "H")
    H, *Ls = (
        np.broadcast_to(A.constant, (*given, d, d)).reshape(-1, d, d) for A in operators
    )
    points = LindbladPoints(H, Ls)
    if count == 1 or points.dimension > DENSE_LIMIT:
        return one_by_one(run, lambda p: (points.at(p), None), given, rho, progress)
    index = ConstantControls(np.arange(count, dtype=float).reshape(*given, 1))
    return replace(run(points, rho, index, progress), controls=None)


def _as_list(operators: Any) -> list[Any]:
    """Return operators as a list; one stands for itself."""
    if operators is None:
        return []
    single = is_qobj(operators) or callable(operators) or sp.issparse(operators)
    if single or getattr(operators, "ndim", 0) == 2:
        return [operators]
    return list(operators)


def _start(rho0: Any, d: int) -> np.ndarray:
    """Return initial operators (*batch, d, d)."""
    if isinstance(rho0, list | tuple) and any(map(is_qobj, rho0)):
        rho = np.array([as_state(state, "rho0") for state in rho0])
    else:
        rho = as_state(rho0, "rho0")
    if rho.shape[-2:] != (d, d):
        raise ValueError(
            f"`rho0` must have shape (..., {d}, {d}), as `H` has, but has shape "
            f"{rho.shape}. To carry a partner along use `evolve`."
        )
    check_finite(rho, "rho0")
    return rho


def _batch(
    operators: list[TimeOperator], rho: np.ndarray
) -> tuple[tuple[int, ...], np.ndarray]:
    """Return the batch axes of the operators, and the starts with all batch axes."""
    d = operators[0].d
    for A in operators:
        if A.d != d:
            raise ValueError(
                f"`{A.name}` must have shape (..., {d}, {d}), as `H` has, but acts on "
                f"size {A.d}."
            )
    shapes = [*(A.batch for A in operators), rho.shape[:-2]]
    try:
        given = np.broadcast_shapes(*shapes[:-1])
        whole = np.broadcast_shapes(given, shapes[-1])
    except ValueError as error:
        raise ValueError(
            "`H`, `c_ops` and `rho0` must have batch axes that broadcast, but they "
            f"are {', '.join(map(str, shapes))}."
        ) from error
    if math.prod(whole) == 0:
        raise ValueError(
            f"`H`, `c_ops` and `rho0` must hold a point, but the batch is {whole}."
        )
    return given, np.broadcast_to(rho, (*whole, d, d))


def _large_generator(H: Any, jumps: list[Any]) -> RegisterGenerator | None:
    """Return the generator of one large constant system, sparse where it was given so.

    None if something depends on time, the system is small, or there is a batch.
    """
    if any(map(depends_on_time, (H, *jumps))):
        return None
    H, *jumps = (as_constant(A) for A in (H, *jumps))
    if any(len(A.shape) != 2 for A in (H, *jumps)) or H.shape[0] ** 2 <= DENSE_LIMIT:
        return None
    check_memory(
        4 * 16 * float(H.shape[0]) ** 2,
        f"`H` acts on size {H.shape[0]}: its density matrices",
        "For pure states without jumps use a solver of the Schrödinger equation.",
    )
    K = as_operators(H, "H")
    check_operators(K, "H", f"{H.shape[1]}", hermitian=True)
    operators: list[Any] = []
    for k, L in enumerate(jumps):
        name = f"c_ops[{k}]"
        Ls = as_operators(L, name)
        check_operators(Ls, name, f"{H.shape[1]}")
        operators += list(Ls)
    return RegisterGenerator(list(K), {(0, 0): operators} if operators else None)
