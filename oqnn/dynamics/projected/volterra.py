"""Integro-differential equations with memory kernels, by fast convolution."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import fft
from scipy.linalg import expm

from ..._core.checks import check_finite, check_integer, check_positive, check_shapes
from ..._core.progress import ProgressLine
from ..._core.threads import one_blas_thread
from ..solvers.memory_limit import check_memory
from .gregory import end_corrections, exponential_weights, start_weights

__all__ = ["solve_volterra", "solve_volterra_directly"]

ORDERS = (2, 4, 6)
CHUNK = 8192  # time steps


def solve_volterra(
    drift: ArrayLike,
    kernel: ArrayLike,
    x0: ArrayLike,
    step: float,
    *,
    source: ArrayLike | None = None,
    order: int = 6,
    progress: bool | None = None,
) -> np.ndarray:
    r"""Solve an equation with memory on a uniform grid, in O(N log² N).

    .. math:: \dot x(t) = M x(t) + \int_0^t K(t-s)\,x(s)\,ds + b(t)

    First :math:`x = g + F * x` by variation of constants, where
    :math:`\dot F = MF + K`, F(0) = 0, and :math:`\dot g = Mg + b`, g(0) = x(0), are
    integrated with exact exponentials of M: without a kernel and a source the result is
    exact. Then Gregory quadrature, whose weights are a convolution apart from the ends
    (product integration for the first points), summed block by block with FFTs [1]_.
    The error is of order `step` to the power `order` for kernels, sources and solutions
    that are smooth in [0, T]. Memory: about 80 bytes times m² N.

    Parameters
    ----------
    drift : shape (m, m), 1/time
        Real matrix M.
    kernel : shape (N + 1, m, m), 1/time²
        Real samples of K at 0, h, 2h, …, N h.
    x0 : shape (m,) or (m, r)
        Real start, or r of them.
    step : float
        h.
    source : shape (N + 1, m) or (N + 1, m, r), optional
        Real samples of b; none by default.
    order : 2, 4 or 6, optional
        Of the discretisation; N must be at least 2 · order.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    np.ndarray
        x at the grid points, shape (N + 1, m) or (N + 1, m, r).

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, `step` is not positive, `order` is
        none of 2, 4, 6, there are too few samples, or the memory does not suffice.

    References
    ----------
    .. [1] E. Hairer, C. Lubich and M. Schlichte, SIAM J. Sci. Stat. Comput. 6, 532
       (1985), with Gregory's weights instead of theirs.

    Examples
    --------
    x″ = −x, x(0) = 1, x′(0) = 0, written as x′ = −∫ x:

    >>> import numpy as np
    >>> x = solve_volterra([[0.0]], -np.ones((101, 1, 1)), [1.0], 0.1)
    >>> bool(abs(x[-1, 0] - np.cos(10)) < 1e-6)
    True
    """
    problem = _discretise(drift, kernel, x0, step, source, order)
    with one_blas_thread():
        x = _online(problem, progress)
    return _unpack(x, np.ndim(x0))


def solve_volterra_directly(
    drift: ArrayLike,
    kernel: ArrayLike,
    x0: ArrayLike,
    step: float,
    *,
    source: ArrayLike | None = None,
    order: int = 6,
    progress: bool | None = None,
) -> np.ndarray:
    """Solve the same discrete equations as `solve_volterra`, by sums in O(N²).

    The slow reference: the same numbers up to rounding. Parameters, result and errors
    as there.
    """
    problem = _discretise(drift, kernel, x0, step, source, order)
    n_steps = problem.g.shape[-1] - 1
    with (
        one_blas_thread(),
        ProgressLine("solving with memory", n_steps, show=progress) as line,
    ):
        x, weighted = _begin(problem)
        _march(problem, x, weighted, problem.n_start, n_steps + 1, line)
    return _unpack(x, np.ndim(x0))


class _Problem(NamedTuple):
    """x_n = g_n + Σ_j h (1 + c_j + c_{n−j}) F_{n−j} x_j, time in the last axis."""

    g: np.ndarray  # (m, r, N + 1)
    F: np.ndarray  # (m, m, N + 1), times h
    weighted: np.ndarray  # (m, m, N + 1), F with its first entries times 1 + c
    corrections: np.ndarray  # (k,)

    @property
    def n_start(self) -> int:
        """First index at which the two ends do not overlap."""
        return 2 * len(self.corrections) - 1


def _discretise(
    drift: ArrayLike,
    kernel: ArrayLike,
    x0: ArrayLike,
    step: float,
    source: ArrayLike | None,
    order: int,
) -> _Problem:
    """Check the input and bring the equation into the form x = g + F * x."""
    check_positive(step, "step")
    check_integer(order, "order")
    if order not in ORDERS:
        raise ValueError(f"`order` must be one of {ORDERS}, but is {order}.")
    M, K = _real(drift, "drift"), _real(kernel, "kernel")
    start = _real(x0, "x0")
    check_shapes(drift=(M, "m m"), kernel=(K, "t m m"))
    start = start[:, None] if start.ndim == 1 else start
    check_shapes(drift=(M, "m m"), x0=(start, "m r"))
    shape = (len(K), *start.shape)
    if len(K) <= 2 * order:
        raise ValueError(
            f"`kernel` must hold more than {2 * order} samples at order {order}, but "
            f"holds {len(K)}. Take a smaller step."
        )
    b = np.zeros(shape) if source is None else _real(source, "source")
    b = b[..., None] if b.ndim == 2 else b
    check_shapes(source=(b, " ".join(map(str, shape))))
    m, r = start.shape
    check_memory(
        8.0 * len(K) * (10 * m * m + 6 * m * r),
        f"`kernel` with {len(K)} samples",
        "Take larger steps.",
    )
    with one_blas_thread():
        F = step * _driven(M, K, np.zeros((m, m)), step, order)
        g = _driven(M, b, start, step, order)
    corrections = end_corrections(order - 1)
    weighted = F.copy()
    weighted[..., : len(corrections)] *= 1 + corrections
    return _Problem(g, F, weighted, corrections)


def _real(values: ArrayLike, name: str) -> np.ndarray:
    array = np.asarray(values)
    if np.iscomplexobj(array):
        raise TypeError(
            f"`{name}` must be real, but is complex. Use real coordinates in a "
            "Hermitian basis."
        )
    array = np.asarray(array, dtype=float)
    check_finite(array, name)
    return array


def _unpack(x: np.ndarray, ndim: int) -> np.ndarray:
    out = np.moveaxis(x, -1, 0)
    return np.ascontiguousarray(out[..., 0] if ndim == 1 else out)


def _driven(
    M: np.ndarray, source: np.ndarray, start: np.ndarray, step: float, order: int
) -> np.ndarray:
    """Solve y′ = My + b with samples b (N + 1, m, c); result (m, c, N + 1)."""
    n_steps = len(source) - 1
    E, weights = expm(step * M), step * exponential_weights(step * M, order)
    y = np.empty((*start.shape, n_steps + 1))
    y[..., 0] = start
    for first in range(0, n_steps, CHUNK):  # each chunk stays in the cache
        stop = min(first + CHUNK, n_steps)
        increments = _increments(weights, source, first, stop)
        y[..., first + 1 : stop + 1] = _accumulate(E, increments, y[..., first])
    return y


def _increments(
    weights: np.ndarray, source: np.ndarray, first: int, stop: int
) -> np.ndarray:
    """Return ∫ e^{M(h−σ)} b dσ over the intervals from `first` to `stop`, (m, c, s)."""
    order, (n_points, m, c) = weights.shape[1], source.shape
    middle = order // 2 - 1  # interval within a window, away from both ends
    out = np.zeros((m, c, stop - first))
    low = max(first, middle)
    high = max(low, min(stop, n_points - 1 - middle))
    near = np.moveaxis(source[low - middle : high + middle + 1], 0, -1)
    near = np.ascontiguousarray(near).reshape(m, c, -1)
    for i in range(order):
        shifted = near[..., i : i + high - low].reshape(m, -1)
        out[..., low - first : high - first] += (weights[middle, i] @ shifted).reshape(
            m, c, -1
        )
    for j in (*range(first, low), *range(high, stop)):
        begin = 0 if j < low else n_points - order
        window = source[begin : begin + order]
        out[..., j - first] = np.einsum("iab,ibc->ac", weights[j - begin], window)
    return out


def _accumulate(E: np.ndarray, increments: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return y₁ … y_N of y_{j+1} = E y_j + r_j, blocks of √N steps side by side."""
    m, c, n_steps = increments.shape
    size = max(1, int(np.sqrt(n_steps)))
    n_blocks = -(-n_steps // size)
    padded = np.zeros((m, c, n_blocks * size))
    padded[..., :n_steps] = increments
    y = np.ascontiguousarray(
        padded.reshape(m, c, n_blocks, size).transpose(3, 0, 1, 2)
    ).reshape(size, m, -1)  # (size, m, c · blocks)
    for i in range(1, size):
        y[i] += E @ y[i - 1]
    powers = np.empty((size, m, m))
    powers[0] = E
    for i in range(1, size):
        powers[i] = E @ powers[i - 1]
    last = y[-1].reshape(m, c, n_blocks)
    carry = np.empty((m, c, n_blocks))
    carry[..., 0] = start
    for b in range(1, n_blocks):
        carry[..., b] = powers[-1] @ carry[..., b - 1] + last[..., b - 1]
    y += powers @ carry.reshape(m, -1)
    joined = y.reshape(size, m, c, n_blocks).transpose(1, 2, 3, 0).reshape(m, c, -1)
    return joined[..., :n_steps]


def _begin(problem: _Problem) -> tuple[np.ndarray, np.ndarray]:
    """Return x, and x with its first entries times 1 + c, filled up to `n_start`."""
    g, F, _, corrections = problem
    (m, r, _), k = g.shape, len(corrections)
    x = np.zeros_like(g)
    x[..., 0] = g[..., 0]
    if k > 1:  # the first points together, by product integration
        omega = start_weights(k)[1:]  # (k − 1, k, k)
        response = np.einsum("nij,abi->najb", omega, F[..., :k])
        size = (k - 1) * m
        A = np.eye(size) - response[:, :, 1:].reshape(size, size)
        right = np.moveaxis(g[..., 1:k], -1, 0) + response[:, :, 0] @ x[..., 0]
        solved = np.linalg.solve(A, right.reshape(size, r)).reshape(k - 1, m, r)
        x[..., 1:k] = np.moveaxis(solved, 0, -1)
    for n in range(k, problem.n_start):
        weights = np.ones(n + 1)
        weights[:k] += corrections
        weights[n - k + 1 :] += corrections[::-1]
        lagged = F[..., n::-1] * weights  # F_0 = 0, so x_n is not needed
        x[..., n] = g[..., n] + np.einsum("abj,brj->ar", lagged, x[..., : n + 1])
    weighted = np.zeros_like(x)
    weighted[..., : problem.n_start] = x[..., : problem.n_start]
    weighted[..., :k] *= 1 + corrections
    return x, weighted


def _march(
    problem: _Problem,
    x: np.ndarray,
    weighted: np.ndarray,
    first: int,
    stop: int,
    line: ProgressLine,
) -> None:
    """Fill x from `first` to `stop`, one whole sum a step."""
    m, r, _ = x.shape
    lags = problem.weighted[..., :stop]
    # rows (component), columns (time, component): one matrix product a step
    lags = np.ascontiguousarray(lags[..., ::-1].transpose(0, 2, 1)).reshape(m, -1)
    past = np.zeros((stop, m, r))
    past[:first] = np.moveaxis(weighted[..., :first], -1, 0)
    for n in range(first, stop):
        begin = (stop - 1 - n) * m
        total = lags[:, begin : begin + n * m] @ past[:n].reshape(n * m, r)
        past[n] = x[..., n] = problem.g[..., n] + total
        line.advance()
    weighted[..., first:stop] = np.moveaxis(past[first:], 0, -1)


def _online(problem: _Problem, progress: bool | None) -> np.ndarray:
    """Solve block by block; finished stretches reach the future through FFTs.

    After block b, with 2^l the largest power of two that divides b, the last 2^l blocks
    act on the next 2^l: every pair of blocks is met exactly once.
    """
    m, r, n_points = problem.g.shape
    size = _block_size(m, problem.n_start)
    x, past = _begin(problem)
    with ProgressLine("solving with memory", n_points, show=progress) as line:
        stop = min(size, n_points)
        _march(problem, x, past, problem.n_start, stop, line)
        if stop == n_points:
            return x
        solve = _block_solution(problem.weighted[..., :size])
        transforms: dict[int, np.ndarray] = {}
        reached = problem.g.copy()  # g and the convolution with finished blocks
        for first in range(size, n_points, size):
            done = first // size
            span = (done & -done) * size
            _pass_on(problem.weighted, transforms, past, reached, first, span)
            stop = min(first + size, n_points)
            right = np.zeros((m, r, size))
            right[..., : stop - first] = reached[..., first:stop]
            columns = right.transpose(0, 2, 1).reshape(m * size, r)
            block = (solve @ columns).reshape(m, size, r).transpose(0, 2, 1)
            x[..., first:stop] = past[..., first:stop] = block[..., : stop - first]
            line.advance(stop - first)
    return x


def _block_size(m: int, n_start: int) -> int:
    """Return a power of two near 256 / m, and past the start."""
    least = max(n_start + 1, 256 // m, 16)
    return 1 << (least - 1).bit_length()


def _block_solution(weighted: np.ndarray) -> np.ndarray:
    """Return (1 − T)⁻¹ for the Toeplitz matrix T of one block, (m B, m B)."""
    m, _, size = weighted.shape
    lag = np.subtract.outer(np.arange(size), np.arange(size))
    T = np.where(lag > 0, weighted[..., np.maximum(lag, 0)], 0.0)  # (m, m, B, B)
    T = T.transpose(0, 2, 1, 3).reshape(m * size, m * size)
    return np.linalg.inv(np.eye(m * size) - T)


def _pass_on(
    weighted: np.ndarray,
    transforms: dict[int, np.ndarray],
    past: np.ndarray,
    reached: np.ndarray,
    first: int,
    span: int,
) -> None:
    """Add what the last `span` points before `first` do to the next `span`."""
    n_points = past.shape[-1]
    kernel = transforms.get(span)
    if kernel is None:
        kernel = fft.rfft(weighted[..., : 2 * span], 2 * span)
        if first + 2 * span < n_points:  # it will be used again
            transforms[span] = kernel
    recent = fft.rfft(past[..., first - span : first], 2 * span)
    product = np.einsum("abf,brf->arf", kernel, recent)
    ahead = fft.irfft(product, 2 * span, overwrite_x=True)[..., span:]
    stop = min(first + span, n_points)
    reached[..., first:stop] += ahead[..., : stop - first]
