

@pytest.mark.parametrize("order", [2, 4])
@pytest.mark.parametrize("width", [60.0, 1e3])
def test_a_memory_much_shorter_than_the_evolution(width, order):
    """C = (λ/2)e^{−λt} on σ_z/2: coherence exp{−[t − (1 − e^{−λt})/λ]/2}, t ≤ 6.

    A first step too long for the memory must not be taken for an answer.
    """
    bath = GaussianBath(SIGMA_Z / 2, lambda t: width / 2 * np.exp(-width * t) + 0j)
    times = np.array([0.0, 0.01, 2.0, 6.0])
    found = tcl(ZERO, RHO0, times, bath, order=order)
    area = (times + np.expm1(-width * times) / width) / 2
    expected = RHO0[0, 1] * np.exp(-area)
    np.testing.assert_allclose(found.states[:, 0, 1], expected, atol=1e-8)


def test_memory_that_no_step_resolves_is_refused():
    bath = GaussianBath(SIGMA_Z, lambda t: 1e6 * np.exp(-1e6 * t) + 0j)
    with pytest.raises(ConvergenceError, match=r"is not resolved by .* Lindblad"):
        tcl(ZERO, RHO0, [0.0, 5.0], bath)
    with pytest.raises(ConvergenceError, match=r"is not resolved by 50 steps of 0.1"):
        tcl(ZERO, RHO0, [0.0, 5.0], bath, step=0.1)


@pytest.mark.parametrize("cycles", [26, 52, 104])
def test_frequencies_do_not_hide_between_the_steps(cycles):
    """Q = 4g²(1 − cos ωt)/ω²; ω is a multiple of 2π/h for simple first steps h."""
    g, times = 1.0, np.array([0.0, 1.03, 5.17, 10.0])
    omega = 2 * np.pi * cycles / times[-1]
    expected = 0.5 * np.exp(-4 * (g / omega) ** 2 * (1 - np.cos(omega * times)))
    mixed = Projection.product(np.eye(2) / 2)
    finite = FiniteEnvironment(
        omega / 2 * SIGMA_X, g * np.kron(SIGMA_Z, SIGMA_Z), mixed
    )
    gaussian = GaussianBath(SIGMA_Z, lambda t: g**2 * np.cos(omega * t) + 0j)
    for environment in (finite, gaussian):
        found = tcl(ZERO, np.full((2, 2), 0.5), times, environment)
        np.testing.assert_allclose(found.states[:, 0, 1], expected, atol=1e-8)


def test_an_expansion_that_breaks_down_is_refused():
    """Past the radius of the expansion states grow without bound."""
    H, strong = random_hermitian(2, 22), odd_environment(2, 3.0)
    with pytest.raises(ConvergenceError, match=r"blocks have grown to .* broken down"):
        tcl(H, RHO0, [0.0, 20.0], strong, order=4)
    stronger = odd_environment(2, 10.0)
    with pytest.raises(ConvergenceError, match=r"grows beyond all numbers .* t = "):
        tcl(H, RHO0, [3.0, 23.0], stronger, order=4, step=0.02)
