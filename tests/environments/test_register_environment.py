"""Environments of any size: the reference written out, ancillas, refusals."""

import numpy as np
import pytest
import qutip
from environments.problems import ENVIRONMENT, H

from oqnn.dynamics import ConstantControls, RegisterGenerator, System, apply_transfer
from oqnn.environments import (
    Material,
    RegisterEnvironment,
    field_channel,
    level_channel,
    rate_channel,
)

SIGMA = [s.full() for s in (qutip.sigmax(), qutip.sigmay(), qutip.sigmaz())]
NONE = np.zeros((3, 2, 2))


def written_out():
    """ENVIRONMENT from its parts."""
    drift = ENVIRONMENT.generator().drift
    hops = {pair: R for pair, R in drift.jumps.items() if pair[0] != pair[1]}
    channels = {
        axis: field_channel(s / 2, 3) for axis, s in zip("xyz", SIGMA, strict=True)
    }
    channels["hopping"] = rate_channel(hops, 3, 2)
    bounds = {"x": 3.0, "y": 3.0, "z": 3.0, "hopping": 0.7}
    return RegisterEnvironment(drift, channels, bounds)


def test_reference_environment_from_its_parts():
    environment = written_out()
    assert environment.control_names == ENVIRONMENT.control_names
    for pair in (
        (environment.generator(H), ENVIRONMENT.generator(H)),
        (environment.frame_generator(), ENVIRONMENT.frame_generator()),
    ):
        one, other = (generator.matrices() for generator in pair)
        np.testing.assert_allclose(one, other, atol=1e-14)


def test_level_channel_steers_one_level():
    environment = RegisterEnvironment(
        RegisterGenerator(NONE), {"x1": level_channel(SIGMA[0], 1, 3)}, 2.0
    )
    blocks = np.array([np.diag([1.0, 0])] * 3)
    flow = environment.generator().apply(blocks, [0.5])
    expected = -1j * (SIGMA[0] @ blocks[1] - blocks[1] @ SIGMA[0])
    np.testing.assert_allclose(flow, [0 * expected, expected, 0 * expected], atol=1e-15)
    assert not environment.frame_generator().matrices().any()


def test_ancilla_against_mesolve():
    """A qutrit beside a damped, excited mode, with a kept qubit; n = 2 levels."""
    rng = np.random.default_rng(3)
    a = qutip.tensor(qutip.qeye(3), qutip.destroy(2)).full()
    parts = [qutip.rand_herm(6, seed=s).full() for s in (1, 2)]
    field = qutip.rand_herm(3, seed=4).full()
    noise = RegisterGenerator(
        np.array(parts), {(0, 0): 0.4 * a, (1, 1): 0.6 * a, (1, 0): 0.5 * np.eye(6)}
    )
    ancilla = qutip.rand_dm(2, seed=5).full()
    law = np.array([0.3, 0.7])
    environment = RegisterEnvironment(
        noise,
        {"f": field_channel(np.kron(field, np.eye(2)), 2)},
        1.5,
        register_law=law,
        ancilla=ancilla,
    )
    assert environment.d == 3
    frame = environment.frame_generator().channels[0].hamiltonians
    np.testing.assert_allclose(frame, [1.5 * field], atol=1e-14)
    material = Material(
        kind="odd", environment=environment, drive=ConstantControls([0.6])
    )
    v = rng.normal(size=6) + 1j * rng.normal(size=6)
    rho = qutip.ket2dm(qutip.Qobj(v / np.linalg.norm(v), dims=[[3, 2], [1, 1]]))
    own = qutip.rand_herm(3, seed=6).full()
    system = System(own, rho, kept=2)
    times = [0.0, 0.4, 1.1]

    level = [qutip.basis(2, i) for i in range(2)]
    dims = [[3, 2], [3, 2]]
    total = [P + np.kron(own + 0.9 * field, np.eye(2)) for P in parts]
    K = sum(
        qutip.tensor(qutip.Qobj(P, dims), e.proj())
        for P, e in zip(total, level, strict=True)
    )
    A = qutip.Qobj(a, dims)
    c_ops = [
        qutip.tensor(0.4 * A, level[0].proj()),
        qutip.tensor(0.6 * A, level[1].proj()),
        qutip.tensor(0.5 * qutip.qeye([3, 2]), level[1] * level[0].dag()),
    ]
    start = qutip.tensor(rho, qutip.Qobj(ancilla), qutip.Qobj(np.diag(law)))
    order = [0, 2, 3, 1]  # system, ancilla, register, partner from S, P, A, R
    wide = [qutip.tensor(c, qutip.qeye(2)) for c in (K, *c_ops)]
    options = {"atol": 1e-12, "rtol": 1e-10}
    run = qutip.mesolve(wide[0], start.permute(order), times, wide[1:], options=options)
    expected = np.array([state.ptrace([0, 3]).full() for state in run.states])
    found = apply_transfer(material.transfer(times, H=own), system.rho0)
    np.testing.assert_allclose(found, expected, atol=1e-8)
    evolved = material.evolve(system, times)
    assert evolved.dims == (3, 2, 2)
    reduced = [state.ptrace([0, 2]).full() for state in evolved.to_qutip()]
    np.testing.assert_allclose(reduced, found, atol=1e-12)


HOPS = {(0, 1): np.eye(2), (1, 0): np.eye(2), (2, 2): SIGMA[2]}
NOISE = RegisterGenerator(NONE, HOPS)
X = field_channel(SIGMA[0], 3)


@pytest.mark.parametrize(
    ("arguments", "keywords", "error", "message"),
    [
        ((SIGMA[0], {"x": X}, 1.0), {}, TypeError, "`noise` must be a RegisterGen"),
        ((NOISE, {"x": SIGMA[0]}, 1.0), {}, TypeError, "`x` must be a RegisterGen"),
        ((NOISE, {}, 1.0), {}, ValueError, "`channels` must be a mapping that names"),
        ((NOISE, {"x": field_channel(SIGMA[0], 2)}, 1), {}, ValueError, r"on \(2, 2"),
        ((NOISE, {"x": X, "y": X}, {"x": 1.0}), {}, ValueError, "`bounds` must give a"),
        ((NOISE, {"x": X}, -1.0), {}, ValueError, r"`bounds\['x'\]` must be positive"),
        ((NOISE, {"x": X}, 1), {"register_law": [1, 1, 0]}, ValueError, "sum to 1"),
        ((NOISE, {"x": X}, 1), {"ancilla": np.eye(3) / 3}, ValueError, "divides that"),
        (
            (NOISE, {"hop": rate_channel(HOPS, 3, 2)}, 1.2),
            {},
            ValueError,
            r"rates .* \(0, 1\) have a rate of -0\.4 at y = {'hop': -1}",
        ),
        (
            (NOISE, {"z": rate_channel({(2, 2): SIGMA[0]}, 3, 2)}, 0.1),
            {},
            ValueError,
            r"rates .* \(2, 2\) have a rate of -0\.2",
        ),
    ],
)
def test_no_environment_is_refused(arguments, keywords, error, message):
    with pytest.raises(error, match=message):
        RegisterEnvironment(*arguments, **keywords)


def test_two_channels_together_may_be_too_much():
    half = {"a": rate_channel(HOPS, 3, 2), "b": rate_channel(HOPS, 3, 2)}
    RegisterEnvironment(NOISE, half, 0.5)
    with pytest.raises(ValueError, match=r"at y = {'a': -1, 'b': -1}"):
        RegisterEnvironment(NOISE, half, 0.51)


@pytest.mark.parametrize("level", [-1, 3])
def test_no_level_is_refused(level):
    with pytest.raises(ValueError, match="`level` must be"):
        level_channel(SIGMA[0], level, 3)
