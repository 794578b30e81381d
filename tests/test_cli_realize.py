"""The command that asks whether spins can carry a state."""

import numpy as np
from commands import invoke

import oqnn


def test_realize_prints_the_law(tmp_path):
    np.save(tmp_path / "bell.npy", np.array([1, 0, 0, 1]) / np.sqrt(2))
    result = invoke("realize", tmp_path / "bell.npy", "--out", tmp_path / "law.zarr")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[:2] == ["realizable", "visibility 1.000000000"]
    law = oqnn.load(tmp_path / "law.zarr").law
    assert str(law) in result.output
    rho = law.correlators()
    np.testing.assert_allclose(np.diag(rho), [1, 1, -1, 1], atol=1e-9)


def test_realize_refuses_a_path_that_is_taken_before_it_computes(tmp_path):
    (tmp_path / "law.zarr").mkdir()
    result = invoke("realize", tmp_path / "gone.npy", "--out", tmp_path / "law.zarr")
    assert result.exit_code == 2
    assert result.stderr == (
        f"oqnn: `--out` must be free, but {tmp_path}/law.zarr exists. "
        "Choose another path.\n"
    )


def test_realize_prints_the_inequality(tmp_path):
    tilted = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)
    np.save(tmp_path / "tilted.npy", np.outer(tilted, tilted.conj()))
    result = invoke("realize", tmp_path / "tilted.npy")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "not realizable",
        "visibility 0.707106781",
        "⟨XX⟩ + ⟨XY⟩ + ⟨YX⟩ − ⟨YY⟩ ≤ 2, but the state has 2.828427",
    ]


def test_realize_prints_how_near_spins_come(tmp_path):
    """(√2 − 1)²/4 and cos²(π/8); nothing where they carry the state."""
    tilted = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)
    np.save(tmp_path / "tilted.npy", tilted)
    np.save(tmp_path / "bell.npy", np.abs(tilted))
    result = invoke("realize", tmp_path / "tilted.npy", "--nearest")
    assert result.exit_code == 0
    assert result.output.splitlines()[3:] == [
        "nearest realizable matrix: squared distance 0.042893",
        "fidelity 0.853553, of the state nearest to it 0.853553; "
        "least eigenvalue 0.000000",
    ]
    plain = invoke("realize", tmp_path / "bell.npy")
    assert invoke("realize", tmp_path / "bell.npy", "--nearest").output == plain.output


def test_realize_takes_the_spins_of_pairs(tmp_path):
    """They carry GHZ, but not with the phase π/4."""
    for name, phase, answer in [("ghz", 1, "realizable"), ("turned", 1j, "not")]:
        ket = np.zeros(8, dtype=complex)
        ket[[0, 7]] = 1, np.sqrt(phase)
        np.save(tmp_path / f"{name}.npy", ket / np.sqrt(2))
        result = invoke("realize", tmp_path / f"{name}.npy", "--extended")
        assert result.exit_code == 0
        assert result.output.split()[0] == answer
    assert "visibility 0.707106781" in result.output
    assert "+ ⟨" in result.output
    np.save(tmp_path / "one.npy", np.array([1, 0]))
    refused = invoke("realize", tmp_path / "one.npy", "--extended")
    assert refused.exit_code == 2
    assert "`--extended` must be for two or three qubits" in refused.stderr
    refused = invoke("realize", tmp_path / "ghz.npy", "--extended", "--nearest")
    assert refused.exit_code == 2
    assert "`--nearest` must go without `--extended`" in refused.stderr


def test_a_computation_that_fails_is_no_bad_input(tmp_path, monkeypatch):
    """`LinAlgError` is a `ValueError`, but the state is not to blame."""

    def fail(_):
        raise np.linalg.LinAlgError("SVD did not converge")

    monkeypatch.setattr(oqnn.encoding, "realize", fail)
    np.save(tmp_path / "state.npy", np.eye(2) / 2)
    result = invoke("realize", tmp_path / "state.npy")
    assert (result.exit_code, result.stderr) == (1, "oqnn: SVD did not converge\n")


def test_realize_refuses_what_is_no_state(tmp_path):
    np.save(tmp_path / "matrix.npy", np.eye(4))
    np.savez(tmp_path / "several.npz", a=np.eye(2))
    (tmp_path / "text.npy").write_text("1 0")
    for name, said in [
        ("several.npz", "several.npz` must hold one array of numbers in NumPy's .npy"),
        ("matrix.npy", "must have trace 1, but has trace 4"),
        ("text.npy", "must hold one array of numbers"),
        ("gone.npy", "does not exist"),
        ("", "must be a .npy file, but is a folder"),
    ]:
        result = invoke("realize", tmp_path / name)
        assert result.exit_code == 2
        assert said in result.stderr


# derive
