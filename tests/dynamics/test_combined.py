"""Combinations of generators with any sign, and jumps with coefficients."""

import numpy as np
import pytest
from dynamics.generators import (
    random_blocks,
    random_generator,
    random_matrices,
    random_state,
)
from systems import LOWERING, RHO0, SIGMA_X, SIGMA_Y, SIGMA_Z

from oqnn.dynamics import (
    CombinedGenerator,
    ControlledGenerator,
    MatrixGenerator,
    RegisterGenerator,
    SmoothControls,
    evolve,
    jump_channels,
    jump_controls,
    liouvillian,
    to_transfer,
)

RNG = np.random.default_rng(52)
NOTHING = np.zeros((2, 2))


def test_combination_is_linear():
    """apply, adjoint and matrices of 0.7 K₁ − 1.3 K₂ + 0.2 K₃."""
    weights = [0.7, -1.3, 0.2]
    parts = [random_generator(2, 3, 5), MatrixGenerator(RNG.normal(size=(18, 18)), 2)]
    parts.append(CombinedGenerator([1.0, -0.5], parts))
    combined, rho = CombinedGenerator(weights, parts), random_blocks(2, 3)
    for name in ("apply", "adjoint"):
        found = getattr(combined, name)(rho)
        terms = [w * getattr(p, name)(rho) for w, p in zip(weights, parts, strict=True)]
        np.testing.assert_allclose(found, sum(terms), atol=1e-13)
    matrix = sum(w * p.matrix() for w, p in zip(weights, parts, strict=True))
    np.testing.assert_allclose(combined.matrix(), matrix, atol=1e-13)
    np.testing.assert_allclose(combined.sparse_matrix().toarray(), matrix, atol=1e-13)
    assert (combined.n, combined.d, combined.dimension) == (2, 3, 18)


@pytest.mark.parametrize(
    ("rate", "integral"),
    [
        (lambda t: np.sin(2 * t) + 0.3, lambda t: (1 - np.cos(2 * t)) / 2 + 0.3 * t),
        (lambda t: 3 * t * t - 1, lambda t: t**3 - t),
    ],
)
def test_dephasing_with_a_rate_of_either_sign(rate, integral):
    """γ(t)D[σ_z]: coherence exp(−2∫γ), populations constant."""
    generator = ControlledGenerator(
        RegisterGenerator(NOTHING), [RegisterGenerator(NOTHING, {(0, 0): SIGMA_Z})]
    )
    times = np.array([0.0, 0.3, 0.5, 1.4, 2.9])
    result = evolve(generator, RHO0, times, controls=SmoothControls(rate, 1), tol=1e-12)
    kept = np.exp(-2 * integral(times))
    np.testing.assert_allclose(result.states[:, 0, 1], RHO0[0, 1] * kept, atol=1e-11)
    np.testing.assert_allclose(result.states[:, 0, 0], RHO0[0, 0], atol=1e-14)
    assert np.diff(kept).max() > 0.005  # a negative rate brings coherence back


def test_eternally_negative_rate():
    """Rates (1, 1, −tanh t)/2: Bloch factors (1 + e^{−2t})/2 twice, e^{−2t} once.

    The rate of σ_z is one channel, the others are a drift.
    """
    drift = RegisterGenerator(
        NOTHING, {(0, 0): np.array([SIGMA_X, SIGMA_Y]) / np.sqrt(2)}
    )
    channel = RegisterGenerator(NOTHING, {(0, 0): SIGMA_Z / np.sqrt(2)})
    generator = ControlledGenerator(drift, [CombinedGenerator([-1.0], [channel])])
    times = np.array([0.0, 0.2, 1.0, 3.0])
    result = evolve(
        generator, RHO0, times, controls=SmoothControls(np.tanh, 1), tol=1e-12
    )
    shrunk = (1 + np.exp(-2 * times)) / 2
    z = (RHO0[0, 0] - RHO0[1, 1]).real * np.exp(-2 * times)
    np.testing.assert_allclose(result.states[:, 0, 1], RHO0[0, 1] * shrunk, atol=1e-11)
    np.testing.assert_allclose(result.states[:, 0, 0], (1 + z) / 2, atol=1e-11)
    assert result.least_eigenvalue > 0


@pytest.mark.parametrize("d", [2, 3])
def test_jump_with_a_coefficient_is_its_channels(d):
    """D[A + fB] = D[A] + Re f D_01 − Im f D'_01 + |f|² D[B], random and complex."""
    A, B = random_matrices(RNG, 2, d, d)
    for f in (0.7, -1.2 + 0.4j, 2.0j):
        direct = to_transfer(liouvillian(np.zeros((d, d)), [A + f * B]))
        first, *others = jump_channels([A, B])
        assert len(others) == 3
        controls = jump_controls([1.0, f])
        np.testing.assert_allclose(
            controls, [1, abs(f) ** 2, np.real(f), -np.imag(f)], atol=1e-15
        )
        found = ControlledGenerator(first, others)
        scale = np.abs(direct).max()
        np.testing.assert_allclose(
            found.matrix(controls[1:]), direct, rtol=0, atol=1e-13 * scale
        )
        rho = random_state(d)[None]
        np.testing.assert_allclose(
            found.apply(rho, controls[1:]),
            RegisterGenerator(np.zeros((d, d)), {(0, 0): A + f * B}).apply(rho),
            rtol=0,
            atol=1e-13 * scale,
        )


def test_several_coefficients_on_a_pair_of_levels():
    """Σ f_k B_k with four terms from block 2 to block 0 of three."""
    B, f = random_matrices(RNG, 4, 2, 2), random_matrices(RNG, 5, 4)
    direct = [
        RegisterGenerator(np.zeros((3, 2, 2)), {(0, 2): np.tensordot(row, B, axes=1)})
        for row in f
    ]
    channels = jump_channels(B, n=3, pair=(0, 2))
    controls = jump_controls(f)
    assert controls.shape == (5, 16)
    for row, expected in zip(controls, direct, strict=True):
        found = CombinedGenerator(row, channels).matrix()
        np.testing.assert_allclose(found, expected.matrix(), rtol=0, atol=1e-12)


def test_channels_of_other_kinds_may_be_controlled():
    matrix = RNG.normal(size=(4, 4))
    generator = ControlledGenerator(
        MatrixGenerator(matrix),
        [RegisterGenerator(SIGMA_X), MatrixGenerator(matrix.T.copy())],
    )
    u = [0.3, -0.8]
    expected = matrix + 0.3 * RegisterGenerator(SIGMA_X).matrix() - 0.8 * matrix.T
    np.testing.assert_allclose(generator.matrix(u), expected, atol=1e-14)
    applied = MatrixGenerator(expected)
    rho = RHO0[None]
    np.testing.assert_allclose(generator.apply(rho, u), applied.apply(rho), atol=1e-14)
    np.testing.assert_allclose(
        generator.adjoint(rho, u), applied.adjoint(rho), atol=1e-14
    )


DECAY = RegisterGenerator(NOTHING, {(0, 0): LOWERING})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: CombinedGenerator([], []), "at least one generator"),
        (lambda: CombinedGenerator([1.0, 2.0], [DECAY]), r"`coefficients` must have"),
        (lambda: CombinedGenerator([np.inf], [DECAY]), "`coefficients` must be finite"),
        (
            lambda: CombinedGenerator([1, 1], [DECAY, random_generator(2, 2)]),
            r"the first acts on \(1, 2\) and generators\[1\] on \(2, 2\)",
        ),
        (
            lambda: CombinedGenerator([1], [ControlledGenerator(DECAY, [DECAY])]),
            r"no controls of their own, but generators\[0\] has 1",
        ),
        (
            lambda: ControlledGenerator(DECAY, [ControlledGenerator(DECAY, [DECAY])]),
            "`drift` and `channels` must have no controls of their own",
        ),
        (lambda: jump_channels(np.zeros((2, 2, 3))), r"`operators` must have shape"),
        (lambda: jump_channels([LOWERING * np.nan]), "`operators` must be finite"),
        (lambda: jump_channels([LOWERING], pair=(1, 0)), r"keys \(i, j\)"),
    ],
)
def test_what_does_not_combine_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
