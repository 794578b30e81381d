"""Spike rasters and reconstructed states."""

import numpy as np
import pytest
import qutip
from matplotlib.figure import Figure

from oqnn._core.bases import pauli_basis
from oqnn.plotting import reconstruction, spike_raster, spikes_and_reconstruction

RNG = np.random.default_rng(53)
SPIKES = RNG.random((300, 5)) < 0.3
RHO = np.array([[0.7, 0.3 - 0.2j], [0.3 + 0.2j, 0.3]])
RHO_HAT = np.array([[0.65, 0.25 - 0.1j], [0.25 + 0.1j, 0.35]])


def random_state(d: int) -> np.ndarray:
    raw = RNG.normal(size=(d, d)) + 1j * RNG.normal(size=(d, d))
    positive = raw @ raw.conj().T
    return positive / np.trace(positive)


def test_every_spike_of_the_first_steps_is_a_mark():
    (axes,) = spike_raster(SPIKES, list("abcde"), dt_ms=0.5, steps=120).axes
    rows = axes.collections
    assert len(rows) == 5
    for k, row in enumerate(rows):
        expected = 0.5 * np.flatnonzero(SPIKES[:120, k])
        np.testing.assert_allclose(row.get_positions(), expected)
        assert row.get_lineoffset() == k
    assert [text.get_text() for text in axes.get_yticklabels()] == list("abcde")
    assert axes.get_xlabel() == "time (ms)"
    top, bottom = axes.get_ylim()[1], axes.get_ylim()[0]
    assert top < 0 < 4 < bottom  # the first neuron on top


def test_fewer_steps_than_asked_for_fill_the_axis():
    (axes,) = spike_raster(SPIKES[:7]).axes
    assert axes.get_xlim() == (-0.5, 6.5)
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == ["0", "1", "2", "3", "4"]


def test_bars_are_the_correlators():
    """⟨X⟩ = 2 Re ρ₀₁, ⟨Y⟩ = -2 Im ρ₀₁, ⟨Z⟩ = ρ₀₀ - ρ₁₁."""
    figure = reconstruction(RHO, RHO_HAT)
    assert isinstance(figure, Figure)
    target, measured = figure.axes[0].containers
    np.testing.assert_allclose([bar.get_height() for bar in target], [0.6, 0.4, 0.4])
    np.testing.assert_allclose([bar.get_height() for bar in measured], [0.5, 0.2, 0.3])
    names = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert names == ["X", "Y", "Z"]


def test_error_bars_stand_on_the_measured_bars():
    """Two qubits, all shapes of the errors: the identity's entry is left out."""
    rho, rho_hat, errors = random_state(4), random_state(4), RNG.random(16)
    heights = np.einsum("aij,ji->a", pauli_basis(2), rho_hat).real
    for given in (errors[1:], errors, errors.reshape(4, 4)):
        axes = reconstruction(rho, rho_hat, given).axes[0]
        measured, bars = axes.containers[1], axes.collections[0]
        ends = np.array([segment[:, 1] for segment in bars.get_segments()])
        np.testing.assert_allclose(ends.mean(axis=1), heights[1:], atol=1e-14)
        np.testing.assert_allclose(np.ptp(ends, axis=1) / 2, errors[1:])
        at = [bar.get_x() + bar.get_width() / 2 for bar in measured]
        middle = [segment[0, 0] for segment in bars.get_segments()]
        np.testing.assert_allclose(middle, at)
    assert axes.get_xticklabels()[5].get_text() == "XY"


def test_matrices_are_drawn_on_one_scale():
    figure = reconstruction(RHO, qutip.Qobj(RHO_HAT))
    images = [axes.images[0] for axes in figure.axes if axes.images]
    expected = [RHO.real, RHO_HAT.real, RHO.imag, RHO_HAT.imag]
    for image, matrix in zip(images, expected, strict=True):
        np.testing.assert_array_equal(image.get_array(), matrix)
        assert image.get_clim() == (-0.7, 0.7)


def test_kets_are_taken_as_targets():
    ket = np.array([1, 0, 0, 1j]) / np.sqrt(2)
    figure = reconstruction(ket, np.eye(4) / 4)
    heights = [bar.get_height() for bar in figure.axes[0].containers[0]]
    np.testing.assert_allclose(heights[5], 1, rtol=1e-14)  # XY of Φ with phase i


def test_both_together(tmp_path):
    figure = spikes_and_reconstruction(
        SPIKES, RHO, RHO_HAT, [0.1, 0.2, 0.3], labels=list("abcde"), steps=50
    )
    assert len(figure.axes) == 7
    np.testing.assert_allclose(
        figure.axes[0].collections[2].get_positions(), np.flatnonzero(SPIKES[:50, 2])
    )
    assert len(figure.axes[1].containers[0]) == 3
    figure.savefig(tmp_path / "both.png")
    assert (tmp_path / "both.png").stat().st_size > 10_000


def test_large_networks_and_two_qubits_can_be_written(tmp_path):
    figure = spikes_and_reconstruction(
        RNG.random((40, 64)) < 0.5, random_state(4), random_state(4), np.full(15, 0.1)
    )
    figure.savefig(tmp_path / "both.png")
    assert (tmp_path / "both.png").stat().st_size > 10_000


def test_refusals_of_rasters():
    with pytest.raises(ValueError, match=r"`spikes` must have shape \(T, n\)"):
        spike_raster(SPIKES[:, 0])
    with pytest.raises(ValueError, match=r"`spikes` must hold zeros and ones.*holds 2"):
        spike_raster([[0, 1, 2]])
    with pytest.raises(ValueError, match=r"`spikes` must not be empty.*\(0, 3\)"):
        spike_raster(np.zeros((0, 3)))
    with pytest.raises(ValueError, match=r"`labels` must name 5 neurons, but has 2"):
        spike_raster(SPIKES, ["a", "b"])
    with pytest.raises(ValueError, match=r"`dt_ms` must be positive, but is 0"):
        spike_raster(SPIKES, dt_ms=0)
    with pytest.raises(ValueError, match=r"`steps` must be at least 1, but is 0"):
        spike_raster(SPIKES, steps=0)


def test_refusals_of_reconstructions():
    with pytest.raises(
        ValueError, match=r"`rho_hat` must have shape \(d, d\) with d=2"
    ):
        reconstruction(RHO, np.eye(4) / 4)
    with pytest.raises(ValueError, match=r"1 to 2 qubits, but has shape \(3, 3\)"):
        reconstruction(np.eye(3) / 3, np.eye(3) / 3)
    with pytest.raises(ValueError, match=r"`rho_hat` must be Hermitian"):
        reconstruction(RHO, np.triu(RHO))
    with pytest.raises(ValueError, match=r"`errors` must be 3 standard errors.*are 2"):
        reconstruction(RHO, RHO_HAT, [0.1, 0.2])
    with pytest.raises(ValueError, match=r"none negative.*least -0\.1"):
        reconstruction(RHO, RHO_HAT, [0.1, -0.1, 0.2])
