"""The extended map: pair spins s_kl, and correlators as means of products with them."""

from itertools import product

import numpy as np
import pytest
from encoding.states import TILTED, ghz, random_state

from oqnn.encoding import CorrelationMap
from oqnn.encoding.maps.extended import ExtendedMap

GHZ_PHASE = np.exp(0.25j * np.pi)


def ghz_law():
    """The paper's law for (|000⟩ + |111⟩)/√2, eqs. (54)-(59), on 32 configurations.

    Eq. (59) only asks for 21 spins without means and pairwise uncorrelated: the signs
    (−1)^{a·x} of the bits of a = 1 … 21 and x = 0 … 31 are.
    """
    extended = ExtendedMap(3)
    place = {name: i for i, name in enumerate(extended.names)}
    parity = [[(a & x).bit_count() % 2 for a in range(1, 22)] for x in range(32)]
    free = 1 - 2 * np.array(parity)
    spins = np.zeros((32, 36), dtype=int)
    pairs = ("12", "3"), ("13", "2"), ("23", "1")
    names = [f"{a}{q}" for q in "123" for a in "XYZ"]
    names += [f"{word}{pair}" for pair, _ in pairs for word in ("XZ", "YZ", "ZX", "ZY")]
    spins[:, [place[name] for name in names]] = free
    for pair, alone in pairs:
        for word, axis, sign in [("XX", "X", 1), ("YY", "X", -1)]:
            spins[:, place[word + pair]] = sign * spins[:, place[axis + alone]]
        for word in ("XY", "YX"):
            spins[:, place[word + pair]] = -spins[:, place["Y" + alone]]
        spins[:, place["ZZ" + pair]] = 1
    return spins, np.full(32, 1 / 32)


def test_eq_4_5_the_papers_law_of_the_ghz_state():
    extended = ExtendedMap(3)
    chi = extended.chi_from_law(*ghz_law())
    np.testing.assert_allclose(chi, extended.chi_from_state(ghz(3)), rtol=0, atol=1e-15)
    assert extended.inconsistency(*ghz_law()) == 0
    rho = extended.state_from_chi(chi)
    np.testing.assert_allclose(rho, np.outer(ghz(3), ghz(3)), rtol=0, atol=1e-15)


def test_eq_4_5_a_turned_ghz_state_exceeds_every_law_of_pair_and_single_spins():
    """XX·X + XX·Y + XY·X − XY·Y ≤ 2 for spins, 2√2 for the state, in each component."""
    extended = ExtendedMap(3)
    chi = extended.chi_from_state(ghz(3, GHZ_PHASE))
    for component in extended.components:
        means = dict(zip(component.products, component.required(chi), strict=True))
        pair, alone = component.parties
        xx, xy, x, y = pair[0], pair[1], alone[0], alone[1]
        value = means[xx, x] + means[xx, y] + means[xy, x] - means[xy, y]
        assert value == pytest.approx(2 * np.sqrt(2), rel=1e-14)
    bound = max(
        a * c + a * d + b * c - b * d for a, b, c, d in product((-1, 1), repeat=4)
    )
    assert bound == 2


def test_eq_4_5_five_qubits_fail_without_a_phase():
    """Mermin: XX·XX·X − XX·XY·Y − XY·XX·Y − XY·XY·X ≤ 2, and 4 for GHZ of five."""
    extended = ExtendedMap(5)
    chi = extended.chi_from_state(ghz(5))
    terms = {(1, 1, 1, 1, 1): 1, (1, 1, 1, 2, 2): -1, (1, 2, 1, 1, 2): -1}
    terms[1, 2, 1, 2, 1] = -1
    spins = [extended.expressions(word)[0] for word in terms]
    value = sum(sign * chi[word] for word, sign in terms.items())
    involved = sorted(set().union(*spins))
    bound = max(
        sum(
            sign * np.prod([values[involved.index(spin)] for spin in factors])
            for sign, factors in zip(terms.values(), spins, strict=True)
        )
        for values in product((-1, 1), repeat=len(involved))
    )
    assert [len(factors) for factors in spins] == [3] * 4
    assert value == pytest.approx(4, rel=1e-14)
    assert bound == 2


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_eq_4_5_two_qubits_are_complete(rank):
    """15 spins that only have means: all flip along one uniform number u."""
    extended = ExtendedMap(2)
    rho = random_state(np.random.default_rng(rank), 2, rank)
    rho = np.outer(TILTED, TILTED.conj()) if rank == 1 else rho
    chi = extended.chi_from_state(rho)
    means = np.empty(15)
    for component in extended.components:
        means[[p[0] for p in component.products]] = component.required(chi)
    edges = np.sort(np.r_[0, (1 + means) / 2, 1])
    u = (edges[1:] + edges[:-1]) / 2
    spins = np.where(u[:, None] < (1 + means) / 2, 1, -1)

    found = extended.chi_from_law(spins, np.diff(edges))

    np.testing.assert_allclose(extended.state_from_chi(found), rho, rtol=0, atol=1e-14)


@pytest.mark.parametrize(("n_qubits", "n_spins"), [(2, 15), (3, 36), (4, 66)])
def test_expressions_spell_their_word(n_qubits, n_spins):
    """Names of the spins of a product put their letters where the word has them."""
    extended = ExtendedMap(n_qubits)
    assert extended.n_spins == len(set(extended.names)) == n_spins
    for word in np.ndindex(*(4,) * n_qubits):
        for spins in extended.expressions(word) if any(word) else ():
            spelled = [0] * n_qubits
            for name in (extended.names[s] for s in spins):
                half = len(name) // 2
                for letter, qubit in zip(name[:half], name[half:], strict=True):
                    spelled[int(qubit) - 1] = "IXYZ".index(letter)
            assert tuple(spelled) == word
            assert sum(len(extended.names[s]) == 2 for s in spins) <= 1


def test_the_number_of_expressions_is_that_of_the_splittings():
    """1, 1, 3, 3, 15, 15 ways to split one to six qubits into pairs and one alone."""
    extended = ExtendedMap(6)
    words = [(1,) * m + (0,) * (6 - m) for m in range(1, 7)]
    assert [len(extended.expressions(word)) for word in words] == [1, 1, 3, 3, 15, 15]


@pytest.mark.parametrize("n_qubits", [2, 3, 4, 5])
def test_samples_are_averaged_as_the_expressions_say(n_qubits):
    """Against plain averages, product by product, with a batch in front."""
    rng = np.random.default_rng(n_qubits)
    extended = ExtendedMap(n_qubits)
    spins = rng.choice(
        np.array([-1, 1], dtype=np.int8), size=(2, 1, 9, extended.n_spins)
    )

    chi = extended.chi_from_samples(spins)
    gap = extended.inconsistency(spins)

    assert chi.shape == (2, 1, *(4,) * n_qubits)
    assert gap.shape == (2, 1)
    words = [word for word in np.ndindex(*(4,) * n_qubits) if any(word)]
    for chain in (0, 1):
        worst = 0.0
        for word in words:
            means = [
                spins[chain, 0][:, product].prod(axis=1).mean()
                for product in map(list, extended.expressions(word))
            ]
            assert chi[(chain, 0, *word)] == pytest.approx(means[0], abs=1e-15)
            worst = max(worst, np.abs(np.subtract(means, means[0])).max())
        assert gap[chain, 0] == pytest.approx(worst, abs=1e-15)
        assert (worst > 0.5) == (n_qubits > 2)  # random spins disagree


@pytest.mark.parametrize("n_qubits", [2, 3, 4])
def test_pair_spins_that_are_products_give_the_minimal_map(n_qubits):
    """Then all expressions agree, sample by sample, and χ has no symmetry."""
    rng = np.random.default_rng(20 + n_qubits)
    extended, minimal = ExtendedMap(n_qubits), CorrelationMap(n_qubits)
    alone = rng.choice([-1, 1], size=(7, minimal.n_spins))
    spins = np.empty((7, extended.n_spins), dtype=int)
    for spin, name in enumerate(extended.names):
        half = len(name) // 2
        factors = [
            alone[:, 3 * (int(q) - 1) + "XYZ".index(a)]
            for a, q in zip(name[:half], name[half:], strict=True)
        ]
        spins[:, spin] = np.prod(factors, axis=0)
    p = rng.dirichlet(np.ones(7))

    assert extended.inconsistency(spins) == 0
    np.testing.assert_array_equal(
        extended.chi_from_samples(spins), minimal.chi_from_samples(alone)
    )
    assert extended.inconsistency(spins, p) < 1e-15
    expected = np.tensordot(p, [minimal.chi_from_samples([s]) for s in alone], 1)
    found = extended.chi_from_law(spins, p)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-15)


def test_correlators_of_single_spins_do_not_count():
    """χ[1, 1] is the mean of a pair spin; correlated X1, X2 do not."""
    extended = ExtendedMap(2)
    spins = np.array([[1] * 15, [-1] * 6 + [1] * 9])
    assert extended.chi_from_samples(spins)[1, 1] == 1
    assert extended.chi_from_samples(spins)[1, 0] == 0


@pytest.mark.parametrize("n_qubits", [2, 3, 4])
def test_components_and_contexts_hold_all_expressions(n_qubits):
    extended = ExtendedMap(n_qubits)
    expected = {
        (word, frozenset(spins))
        for word in np.ndindex(*(4,) * n_qubits)
        if any(word)
        for spins in extended.expressions(word)
    }
    for parts in (extended.components, extended.contexts):
        found = {
            (word, frozenset(spins))
            for part in parts
            for word, spins in zip(part.targets, part.products, strict=True)
        }
        assert found == expected
    shared = [set(part.spins) for part in extended.components]
    assert sum(map(len, shared)) == len(set().union(*shared)) == extended.n_spins


def test_what_hangs_together():
    """Three qubits fall apart; four do not, and have 12 + 3 contexts."""
    three, four = ExtendedMap(3), ExtendedMap(4)
    assert [str(c) for c in three.components] == ["(12|3)", "(13|2)", "(23|1)"]
    assert three.contexts == three.components
    assert [len(party) for party in three.components[0].parties] == [9, 3]
    assert len(three.components[0].products) == 9 + 3 + 27
    assert len(four.components) == 1
    assert len(four.components[0].products) == 12 + 54 + 3 * 108 + 3 * 81
    names = [str(context) for context in four.contexts]
    assert len(names) == 15
    assert names[-3:] == ["(12|34)", "(13|24)", "(14|23)"]


def test_required_means_are_correlators():
    rng = np.random.default_rng(9)
    extended = ExtendedMap(3)
    chi = extended.chi_from_state(np.array([random_state(rng, 3, 2)] * 2))
    required = extended.components[1].required(chi)  # (13|2)
    products = extended.components[1].products
    XZ13, Y2 = extended.names.index("XZ13"), extended.names.index("Y2")
    assert required.shape == (2, 39)
    np.testing.assert_array_equal(
        required[:, products.index((XZ13, Y2))], chi[:, 1, 2, 3]
    )
    np.testing.assert_array_equal(required[:, products.index((XZ13,))], chi[:, 1, 0, 3])


def test_the_state_is_that_of_the_minimal_map():
    rho = random_state(np.random.default_rng(10), 4, 3)
    chi = ExtendedMap(4).chi_from_state(rho)
    np.testing.assert_array_equal(chi, CorrelationMap(4).chi_from_state(rho))
    np.testing.assert_allclose(
        ExtendedMap(4).state_from_chi(chi), rho, rtol=0, atol=1e-15
    )


@pytest.mark.parametrize(
    ("n_qubits", "error", "match"),
    [
        (1, ValueError, "`n_qubits` must be at least 2, but is 1"),
        (7, ValueError, "`n_qubits` must be at most 6, but is 7"),
        (3.0, TypeError, "`n_qubits` must be an integer"),
    ],
)
def test_numbers_of_qubits_are_refused(n_qubits, error, match):
    with pytest.raises(error, match=match):
        ExtendedMap(n_qubits)


@pytest.mark.parametrize("word", [(0, 0), (1, 4), (1, 1, 1), (-1, 1)])
def test_words_are_refused(word):
    with pytest.raises(ValueError, match="`word` must hold 2 integers from 0 to 3"):
        ExtendedMap(2).expressions(word)


@pytest.mark.parametrize("qubits", [(2,), (1, 0), (0, 0), (0, 1, 2), ()])
def test_parties_are_refused(qubits):
    with pytest.raises(ValueError, match="`qubits` must be one of 0 to 1 or two"):
        ExtendedMap(2).spins_of(*qubits)


def test_laws_and_samples_are_refused():
    extended, spins = ExtendedMap(2), np.ones((2, 15))
    with pytest.raises(ValueError, match=r"must have shapes \(k, 15\) and \(k,\)"):
        extended.chi_from_law(spins, [1.0])
    with pytest.raises(ValueError, match="`probabilities` must sum to 1"):
        extended.chi_from_law(spins, [0.5, 0.6])
    with pytest.raises(ValueError, match=r"`spins` must have shape \(\.\.\., T, 15\)"):
        extended.chi_from_samples(np.ones((2, 6)))
    with pytest.raises(ValueError, match="must hold −1 and \\+1 only, but holds 0"):
        extended.inconsistency(0 * spins)
