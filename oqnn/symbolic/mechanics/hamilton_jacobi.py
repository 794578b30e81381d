r"""The Hamilton-Jacobi equation of any H(q, p, t): characteristics and integrals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Derivative, Eq, Expr, Function, ImmutableMatrix, Symbol

from ..canonical import TIME, pairs_in

__all__ = ["HamiltonJacobi", "MixedHessian", "check_variables", "hamilton_jacobi"]


@dataclass(frozen=True, kw_only=True)
class MixedHessian:
    r"""The matrix ∂²J/∂α∂q of an integral J(q, t, α), and what it decides.

    A complete integral gives the motion through :math:`\beta_i = \partial J/\partial
    \alpha_i`, which can be solved for q where the matrix has full rank.
    """

    matrix: ImmutableMatrix
    """One row for each constant α, one column for each coordinate q."""

    @property
    def determinant(self) -> Expr:
        """The determinant; ValueError unless there are as many constants as q."""
        if self.matrix.rows != self.matrix.cols:
            raise ValueError(
                "`constants` must be as many as the coordinates for a determinant, but "
                f"the matrix is {self.matrix.rows} by {self.matrix.cols}. "
                "Ask for the rank."
            )
        return self.matrix.det(method="berkowitz")

    @property
    def rank(self) -> int:
        """The rank where it is largest, for symbols in general position."""
        return int(self.matrix.rank(simplify=True))

    @property
    def complete(self) -> bool:
        """Whether J determines the motion: the rank is the number of coordinates."""
        return self.rank == self.matrix.cols

    @property
    def undetermined(self) -> tuple[ImmutableMatrix, ...]:
        """Directions δq along which no ∂J/∂α changes: the motion J says nothing of."""
        found = self.matrix.nullspace(simplify=True)
        return tuple(vector.as_immutable() for vector in found)


@dataclass(frozen=True, kw_only=True)
class HamiltonJacobi:
    """A Hamiltonian, and the equations that belong to it."""

    hamiltonian: Expr
    coordinates: tuple[Symbol, ...]
    momenta: tuple[Symbol, ...]
    time: Symbol = TIME

    @property
    def action(self) -> Expr:
        """The undetermined J(q, t)."""
        return Function("J", real=True)(*self.coordinates, self.time)

    @property
    def equation(self) -> Eq:
        """∂J/∂t + H(q, ∂J/∂q, t) = 0."""
        return Eq(self.residual(self.action), 0, evaluate=False)

    @property
    def momentum_equations(self) -> tuple[Eq, ...]:
        """The equations p = ∂J/∂q."""
        J, pairs = self.action, zip(self.coordinates, self.momenta, strict=True)
        return tuple(Eq(p, J.diff(q), evaluate=False) for q, p in pairs)

    @property
    def velocities(self) -> tuple[Expr, ...]:
        """The expressions ∂H/∂p."""
        return tuple(self.hamiltonian.diff(p) for p in self.momenta)

    @property
    def forces(self) -> tuple[Expr, ...]:
        """The expressions −∂H/∂q."""
        return tuple(-self.hamiltonian.diff(q) for q in self.coordinates)

    @property
    def characteristics(self) -> tuple[Eq, ...]:
        """Hamilton's equations for q(t), and after them those for p(t)."""
        variables = (*self.coordinates, *self.momenta)
        slopes = (*self.velocities, *self.forces)
        return tuple(
            Eq(Derivative(self.along(v), self.time), self.along(slope), evaluate=False)
            for v, slope in zip(variables, slopes, strict=True)
        )

    @property
    def action_rate(self) -> Expr:
        """The rate dJ/dt = −H + Σ p ∂H/∂p along a characteristic."""
        pairs = zip(self.momenta, self.velocities, strict=True)
        return sympy.expand_mul(
            -self.hamiltonian + Add(*(p * velocity for p, velocity in pairs))
        )

    def along(self, expr: Any) -> Expr:
        """Return an expression with q and p written as functions of time."""
        variables = (*self.coordinates, *self.momenta)
        return sympy.sympify(expr).xreplace(
            {v: Function(v.name, real=v.is_real)(self.time) for v in variables}
        )

    def residual(self, J: Any) -> Expr:
        """Return ∂J/∂t + H(q, ∂J/∂q, t), not simplified: zero for an integral.

        Parameters
        ----------
        J : Expr
            In the coordinates, the time and any constants.

        Raises
        ------
        ValueError
            If `J` holds momenta, or a look-alike of a coordinate or of the time.
        """
        J = self._integral(J)
        gradient = {
            p: J.diff(q) for q, p in zip(self.coordinates, self.momenta, strict=True)
        }
        return J.diff(self.time) + self.hamiltonian.subs(gradient, simultaneous=True)

    def mixed_hessian(self, J: Any, constants: Sequence[Symbol]) -> MixedHessian:
        """Return ∂²J/∂α∂q of an integral, complete or not.

        Parameters
        ----------
        J : Expr
            In the coordinates, the time and the constants. That it solves the equation
            is not checked; `residual` tells.
        constants : sequence of Symbol
            The α. One that `J` does not hold gives a row of zeros.

        Raises
        ------
        ValueError
            As `residual` does, or if `constants` are none, repeated, or variables of H.
        """
        J, constants = self._integral(J), tuple(map(sympy.sympify, constants))
        check_variables(constants=constants)
        variables = {*self.coordinates, *self.momenta, self.time}
        if variables & set(constants):
            raise ValueError(
                "`constants` must be constants of motion, but hold "
                f"{_names(variables & set(constants))}, on which H depends."
            )
        rows = [[J.diff(c).diff(q) for q in self.coordinates] for c in constants]
        return MixedHessian(matrix=ImmutableMatrix(rows))

    def _integral(self, J: Any) -> Expr:
        J = sympy.sympify(J)
        _check_look_alikes("J", J, (*self.coordinates, *self.momenta, self.time))
        if J.has(*self.momenta):
            raise ValueError(
                "`J` must be a function of coordinates, time and constants, but holds "
                f"the momenta {_names(J.free_symbols & set(self.momenta))}. "
                "Write them as gradients of J, or name constants otherwise."
            )
        return J


def hamilton_jacobi(
    H: Any,
    q: Sequence[Symbol] | Symbol | None = None,
    p: Sequence[Symbol] | Symbol | None = None,
    *,
    t: Symbol = TIME,
) -> HamiltonJacobi:
    r"""Return the Hamilton-Jacobi equation of a Hamiltonian, and what goes with it.

    .. math:: \frac{\partial J}{\partial t} + H\Big(q, \frac{\partial J}{\partial q},
        t\Big) = 0, \quad p = \frac{\partial J}{\partial q}, \quad
        \frac{dJ}{dt} = -H + \sum p\,\frac{\partial H}{\partial p},

    with Hamilton's equations :math:`\dot q = \partial H/\partial p`,
    :math:`\dot p = -\partial H/\partial q` as characteristics [1]_.

    Parameters
    ----------
    H : Expr
        Any expression; it may hold `t`, parameters, undetermined functions.
    q, p : Symbol or sequence of Symbol, optional
        Coordinates and their momenta. By default the x and p of :func:`symbols` that
        `H` holds.
    t : Symbol
        The time.

    Returns
    -------
    HamiltonJacobi
        With `equation`, `momentum_equations`, `characteristics` and `action_rate`;
        `residual(J)` and `mixed_hessian(J, constants)` test an integral.

    Raises
    ------
    TypeError
        If `H` holds operators, or a variable is no symbol.
    ValueError
        If `q` and `p` differ in number or repeat a symbol, only one of them is given,
        or `H` holds none of the variables, or one named like a variable that is
        another.

    References
    ----------
    .. [1] "Cvasi-classical / cvasi-quantum neural networks" (slides), which omits the
       equation of the second momentum.

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, _ = symbols()
    >>> free = hamilton_jacobi(p**2 / 2)
    >>> free.equation
    Eq(Derivative(J(x, t), t) + Derivative(J(x, t), x)**2/2, 0)
    >>> a, t = sympy.symbols("a t", real=True)
    >>> free.residual((x - a) ** 2 / (2 * t))
    (-2*a + 2*x)**2/(8*t**2) - (-a + x)**2/(2*t**2)
    >>> free.mixed_hessian((x - a) ** 2 / (2 * t), [a]).determinant
    -1/t
    """
    H = sympy.sympify(H)
    if not H.is_commutative:
        raise TypeError(
            f"`H` must be a function on phase space, but holds operators: {H}. "
            "Take its weyl_symbol first."
        )
    if (q is None) != (p is None):
        raise ValueError("`q` and `p` must be given together, but one is missing.")
    if q is None or p is None:
        q, p = zip(*pairs_in(H=H), strict=True)
    q, p = _as_tuple(q), _as_tuple(p)
    check_variables(q=q, p=p, t=(t,))
    if len(q) != len(p):
        raise ValueError(
            f"`q` and `p` must be as many, but are {len(q)} and {len(p)} symbols."
        )
    _check_look_alikes("H", H, (*q, *p, t))
    if not H.has(*q, *p):
        raise ValueError(
            f"`H` must depend on the variables {_names((*q, *p))}, but is {H}. "
            "Give the names of its own with q= and p=."
        )
    return HamiltonJacobi(hamiltonian=H, coordinates=q, momenta=p, time=t)


def check_variables(**groups: Sequence[Any]) -> None:
    """Check that groups of variables are commuting symbols, none of them twice."""
    seen: set[Symbol] = set()
    for name, group in groups.items():
        if not group:
            raise ValueError(f"`{name}` must hold at least one symbol, but is empty.")
        for symbol in group:
            if not isinstance(symbol, Symbol) or not symbol.is_commutative:
                raise TypeError(
                    f"`{name}` must hold commuting SymPy symbols, but holds {symbol!r} "
                    f"({type(symbol).__name__})."
                )
            if symbol in seen:
                raise ValueError(
                    f"`{name}` must hold every symbol once, but {symbol} appears twice."
                )
            seen.add(symbol)


def _as_tuple(symbols: Any) -> tuple[Any, ...]:
    one = isinstance(symbols, sympy.Basic | str)
    return (symbols,) if one else tuple(symbols)


def _check_look_alikes(name: str, expr: Expr, known: Sequence[Symbol]) -> None:
    """Refuse symbols named like a variable that are others: constants to SymPy."""
    ours: Mapping[str, Symbol] = {symbol.name: symbol for symbol in known}
    for symbol in sorted(expr.free_symbols, key=str):
        if ours.get(symbol.name, symbol) != symbol:
            raise ValueError(
                f"`{name}` must hold the variable {symbol} itself, but holds another "
                f"symbol of that name. Take it from symbols(), or give yours with "
                "q=, p= and t=."
            )


def _names(symbols: Any) -> str:
    return ", ".join(sorted(map(str, symbols)))
