"""Open systems in motion: closed forms, matrices, and measured orders in time."""

import numpy as np
import pytest
import qutip
from scipy.integrate import solve_ivp
from scipy.special import erf

from oqnn.phase_space import (
    CaldeiraLeggett,
    Damping,
    Diffusion,
    GaussianPacket,
    LinearJump,
    Localisation,
    PhaseSpaceGrid,
    Polynomial,
    PositivityWarning,
    cat_state,
    propagate,
    superposition,
)
from oqnn.phase_space.transforms.fock import wigner_from_fock

HBAR, MASS = 0.7, 1.3
PACKETS = [GaussianPacket(-1.4, 0.5, 0.8), GaussianPacket(1.1, -0.8, 0.8)]
AMPLITUDES = np.array([1, 0.6 - 0.7j])


def gaussian(grid, mean, covariance):
    """exp(−½ (z − μ)ᵀ Σ⁻¹ (z − μ)) / 2π√det Σ, with a mean that may be complex."""
    z = np.stack(np.broadcast_arrays(grid.x[:, None], grid.p), -1) - mean
    form = np.einsum("xpi,ij,xpj->xp", z, np.linalg.inv(covariance), z)
    return np.exp(-form / 2) / (2 * np.pi * np.sqrt(np.linalg.det(covariance)))


def moments(drift, diffusion, mean, covariance, t):
    """μ' = Aμ, Σ' = AΣ + ΣAᵀ + 2D, for a complex μ."""

    def slope(_, y):
        S = y[2:].reshape(2, 2)
        return np.r_[drift @ y[:2], (drift @ S + S @ drift.T + 2 * diffusion).ravel()]

    start = np.r_[mean, covariance.ravel()].astype(complex)
    y = solve_ivp(slope, [0, t], start, "DOP853", rtol=1e-12, atol=1e-13).y[:, -1]
    return y[:2], y[2:].reshape(2, 2).real


def linear_superposition(grid, packets, amplitudes, drift, diffusion, t):
    """Each term |j⟩⟨k| of packets of width a is a Gaussian with the weak values

    ⟨k|x|j⟩/⟨k|j⟩ = (x_j + x_k)/2 + ia²(p_j − p_k)/2ħ and
    ⟨k|p|j⟩/⟨k|j⟩ = (p_j + p_k)/2 − iħ(x_j − x_k)/2a²

    for a mean, and ⟨k|j⟩ for an integral, which linear equations keep.
    """
    h, a = grid.hbar, packets[0].width
    x0, p0 = np.array([(q.x0, q.p0) for q in packets]).T
    covariance = np.diag([a**2, h**2 / a**2]) / 2
    values, norm = 0, 0
    for j, k in np.ndindex(len(packets), len(packets)):
        dx, dp = x0[j] - x0[k], p0[j] - p0[k]
        area = (p0[j] * x0[k] - p0[k] * x0[j]) / (2 * h)
        weight = np.exp(-(dx**2) / (4 * a**2) - (a * dp / h) ** 2 / 4 + 1j * area)
        weight *= amplitudes[j] * np.conj(amplitudes[k])
        mean = np.array([x0[j] + x0[k], p0[j] + p0[k]], complex) / 2
        mean += 0.5j * np.array([a**2 * dp / h, -h * dx / a**2])
        mean, S = moments(drift, diffusion, mean, covariance, t)
        values, norm = values + weight * gaussian(grid, mean, S), norm + weight
    return (values / norm).real


@pytest.mark.filterwarnings("ignore::oqnn.phase_space.GridWarning")
@pytest.mark.parametrize("channel", [Damping(1.0, nbar=2), Diffusion(D_xx=0.5)])
def test_long_steps_in_steep_wells_stay_bounded(channel):
    """Here steps take waves at the edges of x several times across the grid of k."""
    grid = PhaseSpaceGrid.centered(8, 9, (128, 128))
    well = Polynomial([0, 0, 0.5, 0, 0, 0, 0, 0, 1e-4])
    W = superposition([GaussianPacket(1.0), GaussianPacket(-1.0)], grid)
    moved = propagate(well, W, [0, 2, 6], step=0.15, channels=[channel])
    short = propagate(well, W, [0, 2, 6], step=0.05, channels=[channel])
    np.testing.assert_allclose(moved.purity, short.purity, atol=1e-4)
    np.testing.assert_allclose(moved.norm, 1, atol=1e-3)


CHANNELS = {
    "measured position": [LinearJump(x=0.6)],
    "measured momentum": [LinearJump(p=0.5)],
    "diffusion": [Diffusion(0.1, 0.15, -0.08)],
    "loss": [Damping(0.5, 0.0, MASS, 0.9)],
    "loss and gain": [Damping(0.3, 0.6, MASS, 0.9)],
    "warm bath": [CaldeiraLeggett(0.2, 0.9, MASS, completely_positive=True)],
    "several": [
        CaldeiraLeggett(0.1, 0.9, MASS, completely_positive=True),
        LinearJump(0.3 - 0.2j, 0.2j),
    ],
}


@pytest.mark.parametrize("stiffness", [1.1, -0.4, 0.0])
@pytest.mark.parametrize("channels", CHANNELS.values(), ids=CHANNELS)
def test_eq_1_8_superpositions_under_linear_equations(channels, stiffness):
    grid = PhaseSpaceGrid.centered(10, 9, (110, 120), hbar=HBAR)
    W = superposition(PACKETS, grid, amplitudes=AMPLITUDES)
    drift = np.array([[0, 1 / MASS], [-stiffness, 0]])
    drift = drift + sum(channel.drift(HBAR) for channel in channels)
    diffusion = sum(channel.diffusion(HBAR) for channel in channels)

    times = [0, 0.4, 1.1]
    well = Polynomial([0, 0, stiffness / 2])
    moved = propagate(well, W, times, mass=MASS, channels=channels, tol=1e-9)

    for n, t in enumerate(times):
        expected = linear_superposition(grid, PACKETS, AMPLITUDES, drift, diffusion, t)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(moved.values[n] / scale, expected / scale, atol=3e-9)
    np.testing.assert_allclose(moved.norm, 1, rtol=1e-10)


def test_eq_1_3_and_1_8_a_damped_cat_loses_its_fringes_before_its_distance():
    """Under loss κ at zero temperature the packets of the vacuum's width come together
    as b e^{−κt/2}, while the middle of the fringes falls as exp(−(b²/a²)(1 − e^{−κt})):

    W(0, 0) = [e^{−b(t)²/a²} + e^{−(b²−b(t)²)/a²}] · 2/(h(1 + e^{−b²/a²})) at whole
    periods.
    """
    omega, rate, b = 1.7, 0.25, 1.9
    a = np.sqrt(HBAR / (MASS * omega))
    grid = PhaseSpaceGrid.centered(5, 11, (100, 90), hbar=HBAR)
    W = cat_state(grid, width=a, distance=b)
    times = 2 * np.pi / omega * np.arange(2)
    moved = propagate(
        Polynomial([0, 0, MASS * omega**2 / 2]),
        W,
        times,
        mass=MASS,
        channels=[Damping(rate, 0, MASS, omega)],
        tol=1e-6,
    )

    nearer = (b * np.exp(-rate * times / 2)) ** 2 / a**2
    lost = b**2 / a**2 - nearer
    middle = np.exp(-nearer) + np.exp(-lost)
    middle *= 2 / (2 * np.pi * HBAR * (1 + np.exp(-(b**2) / a**2)))
    np.testing.assert_allclose(moved.values[:, 50, 45], middle, rtol=1e-5)
    x = grid.x[50:]
    packet = moved.states.marginals()[0][:, 50:]
    at = (packet * x).sum(1) / packet.sum(1)
    np.testing.assert_allclose(at[-1] / at[0], np.exp(-rate * times[-1] / 2), rtol=0.03)


@pytest.mark.parametrize("completely_positive", [True, False])
def test_eq_1_8_moments_and_purity_of_a_gaussian_in_a_warm_bath(completely_positive):
    """Purity ħ/2√det Σ. A narrow state becomes purer than pure without D_xx, and the
    grid says so: nothing is clipped.
    """
    a, stiffness = 0.3, 0.8
    bath = CaldeiraLeggett(0.5, 0.46, MASS, completely_positive=completely_positive)
    grid = PhaseSpaceGrid.centered(8, 12, (160, 120), hbar=HBAR)
    W = superposition([GaussianPacket(0.4, -0.5, a)], grid)
    times = np.linspace(0, 0.8, 5)
    well = Polynomial([0, 0, stiffness / 2])
    if completely_positive:
        moved = propagate(well, W, times, mass=MASS, channels=[bath])
    else:
        with pytest.warns(PositivityWarning, match=r"D_xx = 0\.0512\d* in all") as w:
            moved = propagate(well, W, times, mass=MASS, channels=[bath])
        assert w[0].filename == __file__

    A = np.array([[0, 1 / MASS], [-stiffness, 0]]) + bath.drift(HBAR)
    start = np.diag([a**2, HBAR**2 / a**2]) / 2
    for n, t in enumerate(times):
        mean, S = moments(A, bath.diffusion(HBAR), np.array([0.4, -0.5]), start, t)
        np.testing.assert_allclose(moved.states.mean[n], mean.real, atol=1e-7)
        np.testing.assert_allclose(moved.states.covariance[n], S, atol=1e-7)
        purity = HBAR / (2 * np.sqrt(np.linalg.det(S)))
        assert moved.purity[n] == pytest.approx(purity, abs=1e-7)
    assert (moved.purity.max() > 1.01) != completely_positive


def test_eq_1_8_localisation_of_a_free_particle():
    """In waves e^{−i(kx + θp)} free motion shifts θ, so that a wave decays by

    ∫₀ᵗ F(ħ(θ + ks/m)) ds, ∫ F dy = r [y − √π ℓ erf(y/2ℓ)].
    """
    rate, length, t = 1.3, 0.5, 0.9
    grid = PhaseSpaceGrid.centered(10, 13, (96, 190), hbar=HBAR)
    W = superposition(PACKETS, grid, amplitudes=AMPLITUDES)
    moved = propagate(
        Polynomial([0, 0]), W, [0, t], mass=MASS, channels=[Localisation(rate, length)]
    )

    k = 2 * np.pi * np.fft.fftfreq(96, grid.dx)[:40, None]
    theta = grid.theta[:40]
    y0, y1 = HBAR * theta, HBAR * (theta + k * t / MASS)

    def integral(y):
        return rate * (y - np.sqrt(np.pi) * length * erf(y / (2 * length)))

    with np.errstate(invalid="ignore"):
        mean = (integral(y1) - integral(y0)) / (y1 - y0)
    still = rate * -np.expm1(-((y0 / length) ** 2) / 4)
    decay = np.where(k == 0, still, mean) * t
    rows = np.exp(-1j * k * grid.x) @ W.values  # (k, p)
    waves = np.exp(-1j * (theta + k * t / MASS)[..., None] * grid.p)
    expected = np.einsum("kp,ktp->kt", rows, waves) * np.exp(-decay)
    found = (
        np.exp(-1j * k * grid.x)
        @ moved.final.values
        @ np.exp(-1j * np.outer(grid.p, theta))
    )
    np.testing.assert_allclose(found, expected, atol=1e-6 * np.abs(expected).max())
    assert np.abs(decay).max() > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("quartic", [0.0, 0.06])
def test_loss_and_gain_against_matrices(quartic):
    """A complex state of twelve levels, by QuTiP's master equation."""
    levels, omega, nbar, rate = 50, 1.2, 0.2, 0.3
    a = qutip.destroy(levels)
    x = np.sqrt(HBAR / (2 * MASS * omega)) * (a + a.dag())
    # p² + x² of the oscillator is diagonal but for the cut; H/ħ, as QuTiP has ħ = 1.
    H = omega * (a.dag() * a + 0.5) + quartic / HBAR * x**4
    rng = np.random.default_rng(3)
    amplitudes = np.zeros(levels, complex)
    amplitudes[:6] = rng.normal(size=6) + 1j * rng.normal(size=6)
    ket = qutip.Qobj(amplitudes).unit()
    jumps = [np.sqrt(rate * (nbar + 1)) * a, np.sqrt(rate * nbar) * a.dag()]
    times = [0, 0.7, 1.5]
    exact = qutip.mesolve(
        H, ket, times, jumps, options={"rtol": 1e-9, "atol": 1e-11, "method": "adams"}
    ).states

    grid = PhaseSpaceGrid.centered(7.5, 10, (140, 130), hbar=HBAR)
    well = Polynomial([0, 0, MASS * omega**2 / 2, 0, quartic])
    start = wigner_from_fock(ket, grid, mass=MASS, omega=omega)
    moved = propagate(
        well, start, times, mass=MASS, channels=[Damping(rate, nbar, MASS, omega)]
    )
    for n in range(3):
        rho = (exact[n] if exact[n].isoper else exact[n].proj()).full()
        expected = wigner_from_fock(rho, grid, mass=MASS, omega=omega)
        np.testing.assert_allclose(moved.values[n], expected.values, atol=1e-7)
    assert moved.purity[-1] < 0.7


@pytest.mark.parametrize(
    "channels",
    [
        [CaldeiraLeggett(0.25, 0.7, MASS, completely_positive=True)],
        [Localisation(0.9, 0.7)],
        [Localisation(0.5, 0.9), LinearJump(0.3 - 0.2j, 0.1 + 0.2j)],
    ],
    ids=repr,
)
def test_eq_1_8_in_an_anharmonic_well_against_matrices(channels):
    """ρ̇ = −i[H, ρ]/ħ + …, term by term in the levels of an oscillator; F acts between
    the eigenvectors of x̂.
    """
    levels, omega, t = 36, 1.2, 0.6
    a = np.diag(np.sqrt(np.arange(1, levels)), 1)
    x = np.sqrt(HBAR / (2 * MASS * omega)) * (a + a.T)
    p = 1j * np.sqrt(HBAR * MASS * omega / 2) * (a.T - a)
    oscillator = np.diag(HBAR * omega * (np.arange(levels) + 0.5))
    H = oscillator + 0.1 * x @ x @ x + 0.05 * x @ x @ x @ x
    at, basis = np.linalg.eigh(x)

    def commutator(left, right):
        return left @ right - right @ left

    def slope(_, flat):
        rho = flat.reshape(levels, levels)
        change = -1j / HBAR * commutator(H, rho)
        for channel in channels:
            match channel:
                case CaldeiraLeggett(gamma):
                    (D_xx, _), (_, D_pp) = channel.diffusion(HBAR) / HBAR**2
                    change -= 1j * gamma / HBAR * commutator(x, p @ rho + rho @ p)
                    change -= D_pp * commutator(x, commutator(x, rho))
                    change -= D_xx * commutator(p, commutator(p, rho))
                case LinearJump(in_x, in_p):
                    L = in_x * x + in_p * p
                    loss = L.conj().T @ L
                    change += L @ rho @ L.conj().T - (loss @ rho + rho @ loss) / 2
                case Localisation(rate, length):
                    F = rate * (1 - np.exp(-(((at[:, None] - at) / length) ** 2) / 4))
                    change -= basis @ (F * (basis.T @ rho @ basis)) @ basis.T
        return change.ravel()

    ket = np.zeros(levels, complex)
    ket[:4] = [0.6, 0.3 - 0.4j, -0.2j, 0.5]
    rho = np.outer(ket, ket.conj()) / np.linalg.norm(ket) ** 2
    run = solve_ivp(slope, [0, t], rho.ravel(), "DOP853", rtol=1e-8, atol=1e-9)
    exact = run.y[:, -1].reshape(levels, levels)

    grid = PhaseSpaceGrid.centered(7, 12, (120, 130), hbar=HBAR)
    start = wigner_from_fock(rho, grid, mass=MASS, omega=omega)
    well = Polynomial([0, 0, MASS * omega**2 / 2, 0.1, 0.05])
    moved = propagate(well, start, [0, t], mass=MASS, channels=channels, tol=1e-7)
    expected = wigner_from_fock(
        (exact + exact.conj().T) / 2, grid, mass=MASS, omega=omega
    )
    np.testing.assert_allclose(moved.final.values, expected.values, atol=2e-7)


BATHS = {
    "friction": [CaldeiraLeggett(0.3, 0.6, MASS, completely_positive=True)],
    "loss and kicks": [Damping(0.4, 0.2, MASS, 0.9), Localisation(0.8, 0.6)],
    "measured": [Diffusion(0.1, 0.2), Localisation(0.8, 0.6)],
}


@pytest.mark.parametrize("order", [2, 4])
@pytest.mark.parametrize("channels", BATHS.values(), ids=BATHS)
def test_steps_have_their_order_in_time(channels, order):
    grid = PhaseSpaceGrid.centered(6, 9.5, (72, 90), hbar=HBAR)
    W = superposition(PACKETS, grid, amplitudes=AMPLITUDES)
    well = Polynomial([0, 0.2, -0.4, 0, 0.08])

    def at(steps):
        return propagate(
            well,
            W,
            [0, 0.6],
            mass=MASS,
            channels=channels,
            time_order=order,
            step=0.6 / steps,
        ).final.values

    exact = at(160)
    errors = [np.abs(at(steps) - exact).max() for steps in (8, 12, 18)]
    orders = np.diff(np.log(errors)) / np.log(2 / 3)
    assert np.all(np.abs(orders - order) < 0.25), (orders, errors)


def test_channels_act_on_batches():
    grid = PhaseSpaceGrid.centered(7, 8, (70, 80), hbar=HBAR)
    batch = superposition(PACKETS, grid, amplitudes=[[1, 1j], [0.3, -1]])
    channels = CHANNELS["several"]
    well = Polynomial([0, 0.1, 0.5, -0.05, 0.02])
    together = propagate(well, batch, [0, 0.4], step=0.02, channels=channels)
    for n in range(2):
        alone = propagate(well, batch[n], [0, 0.4], step=0.02, channels=channels)
        np.testing.assert_allclose(
            together.values[:, n], alone.values, rtol=0, atol=1e-13
        )


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        (Damping(0.1), r"`channels` must be a sequence.* Try \[Damping"),
        ([Damping(0.1), 3], r"channels\[1\] is a int"),
        (iter([Damping(0.1)]), r"is a list_iterator\. Try list\(channels\)"),
    ],
)
def test_what_is_no_channel_is_refused(channels, message):
    grid = PhaseSpaceGrid.centered(7, 8, (32, 32))
    W = superposition([GaussianPacket()], grid)
    with pytest.raises(TypeError, match=message):
        propagate(lambda x: x**2, W, [0, 1], channels=channels)


def test_diffusion_that_sharpens_is_refused():
    grid = PhaseSpaceGrid.centered(7, 8, (32, 32))
    W = superposition([GaussianPacket()], grid)
    with pytest.raises(ValueError, match=r"`diffusion` must be positive semidefinite"):
        propagate(
            Polynomial([0, 0, 1]),
            W,
            [0, 1],
            channels=[Diffusion(0.01, 0.01, 0.5)],
            order_hbar=0,
        )
