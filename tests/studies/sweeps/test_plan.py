"""What is trained, what is computed, and from which seeds."""

import time

import numpy as np

from oqnn.studies.layout import check_name
from oqnn.studies.sweeps.description.settings import SweepSettings
from oqnn.studies.sweeps.plan import Plan, slug

SHORT = {"stop": 1.0, "step": 0.5}
MATERIALS = ["bare", "plain", "engineered"]


def plan(**values):
    return Plan(SweepSettings(**{"materials": MATERIALS, "times": SHORT, **values}))


def seeds(made):
    return {
        (p.material, p.member, *sorted(p.labels.items())): p.seed for p in made.points
    }


def test_points_are_the_product_of_combinations_materials_and_members():
    made = plan(
        environment={"h": [2.0, 4.0], "kappa": [0.1, 0.2, 0.3]},
        sweep={"seeds": 4, "first_seed": 7},
    )
    assert len(made.points) == 6 * (1 + 4 + 1)
    assert [point.index for point in made.points] == [*range(36)]
    members = {(p.material, p.member) for p in made.points}
    plain = {("plain", seed) for seed in (7, 8, 9, 10)}
    assert members == {("bare", -1), ("engineered", -1)} | plain
    first = made.points[0]
    assert first.labels == {"environment.h": 2.0, "environment.kappa": 0.1}


def test_blocks_hold_every_point_once():
    made = plan(
        environment={"h": [2.0, 4.0], "kappa": [0.1, 0.2, 0.3]},
        sweep={"seeds": 4, "block": 5},
    )
    inside = [point.index for block in made.blocks for point in block.points]
    assert sorted(inside) == [*range(36)]
    for block in made.blocks:
        assert len(block.points) <= 5
        assert len({point.material for point in block.points}) == 1
        assert set(block.needs) == {point.trained for point in block.points}
    assert len(made.tasks) == len(made.blocks) + len(made.trainings)
    assert next(iter(made.tasks)).startswith("trained/")


def trainings(**values):
    """Return how many times each material is trained."""
    made = plan(**values)
    return [sum(t.material == name for t in made.trainings) for name in MATERIALS]


def test_a_drive_is_trained_once_for_all_points_that_share_it():
    two = [2.0, 4.0]
    assert trainings(environment={"h": two, "kappa": [0.1, 0.2, 0.3]}) == [1, 1, 6]
    fixed = {"kappa": 0.2}
    swept = {"h": two, "kappa": [0.1, 0.2, 0.3]}
    assert trainings(environment=swept, training=fixed) == [1, 1, 2]
    both = {"kappa": [0.1, 0.2]}
    assert trainings(environment={"h": 2.0}, training=both) == [1, 1, 2]
    assert trainings(system={"theta": [0.1, 0.2]}) == [1, 1, 1]
    assert trainings(system={"frequency": [0.1, 0.2]}) == [1, 1, 2]
    assert trainings(times={"stop": [1.0, 2.0], "step": 0.5}) == [1, 1, 1]
    assert trainings(learning={"tau": [0.1, 0.2]}) == [1, 2, 2]
    assert trainings(engineered={"starts": [2, 3]}) == [1, 1, 2]
    assert trainings(cost={"readouts": {"values": [[0.5, 1.0], [1.0]]}}) == [1, 1, 2]
    assert trainings(solver={"resolution": [32, 64]}) == [1, 1, 1]


def test_who_sees_only_the_controls_is_trained_once_for_each_set_of_them():
    """A strength counts where it vanishes: without hopping nothing steers it."""
    noisy = {"kind": "fields", "gamma_phi": [0.0, 0.1, 0.2]}
    assert trainings(environment=noisy) == [2, 2, 3]
    assert trainings(environment={"kind": "fields", "b": [0.0, 0.2, 0.5]})[:2] == [2, 2]
    kinds = {"kind": ["fields", "lindblad"], "gamma_1": [0.1, 0.2]}
    assert trainings(environment=kinds)[:2] == [2, 2]
    resolved = {"kind": "fields", "level_resolved": [False, True]}
    many = {"neurons": 13}
    assert trainings(environment=resolved, learning=many)[:2] == [2, 2]


def test_fields_that_are_natural_for_a_system_are_part_of_its_training():
    """A spin and an oscillator of as many levels are steered by other fields."""
    kinds = {"kind": ["spin", "oscillator"], "levels": 4}
    level = {"state": {"values": [[1, 0, 0, 0]]}}
    around = {"kind": "fields"}
    assert trainings(system=kinds | level, environment=around) == [2, 2, 2]
    alike = {"kind": ["spin", "qutrit"]}  # both spins of three levels
    assert trainings(system=alike, environment=around) == [1, 1, 1]


def test_a_state_matters_for_training_only_where_it_is_protected():
    theta = {"theta": [0.1, 0.2]}
    assert trainings(system=theta, cost={"protect": "initial"}) == [1, 1, 2]


def test_equal_settings_written_in_other_ways_share_their_drive():
    """2 and 2.0, and a default that is written out, are the same environment."""
    made = plan(
        environment={"h": 8, "xi": [0.5, 1.0]}, training={"xi": 1, "gamma_1": 0.004}
    )
    assert len(made.trainings) == 3


def test_seeds_follow_from_coordinates_and_from_nothing_else():
    """Other values, materials, members, blocks or order leave a point's seed alone."""
    small = seeds(plan(environment={"h": [2.0, 4.0]}))
    large = seeds(
        plan(
            materials=["plain", "engineered", "bare", "random"],
            environment={"h": [8.0, 4.0, 2.0]},
            sweep={"seeds": 3, "block": 2},
        )
    )
    assert small.items() <= large.items()
    assert len(set(large.values())) == len(large)
    other = seeds(plan(seed=1, environment={"h": [2.0, 4.0]}))
    assert not set(small.values()) & set(other.values())


def test_two_and_two_point_zero_are_one_number():
    whole = seeds(plan(environment={"h": [2, 4]}))
    assert whole == seeds(plan(environment={"h": [2.0, 4.0]}))


def test_members_draw_the_same_numbers_whatever_the_company():
    def drawn(**values):
        made = plan(**values)
        seeds_of = {
            t.name: dict(zip(t.members, t.seeds, strict=True)) for t in made.trainings
        }
        return {
            (p.material, p.coordinates["environment.h"], p.member): seeds_of[p.trained][
                p.member
            ]
            for p in made.points
        }

    few = drawn(environment={"h": [4.0]}, sweep={"seeds": 2})
    many = drawn(
        environment={"h": [2.0, 4.0, 8.0]},
        sweep={"seeds": 5},
        materials=["engineered", "plain", "bare"],
    )
    assert few.items() <= many.items()


def test_other_times_are_other_shapes_even_of_equal_length():
    made = plan(times={"stop": [1.0, 2.0], "step": [0.5, 1.0]})
    shapes = [made.shape_of(point) for point in made.points if point.material == "bare"]
    assert shapes == ["d2t3", "d2t5", "d2t2", "d2t3-2"]
    for block in made.blocks:
        grids = [made.at(point.coordinates).times.grid() for point in block.points]
        assert all(np.array_equal(grid, grids[0]) for grid in grids)


def test_other_systems_are_other_shapes():
    made = plan(
        materials=["bare"],
        system={"kind": ["qubit", "pair", "qutrit", "spin"]},
        environment={"kind": "fields"},
    )
    shapes = [made.shape_of(point) for point in made.points]
    assert shapes == ["d2t3", "d2x2t3", "d3t3", "d3t3-2"]


def test_arrays_as_coordinates_have_labels():
    made = plan(system={"state": {"values": [[1, 0], [0, 1]]}})
    assert [p.labels["system.state"] for p in made.points[::3]] == ["[1,0]", "[0,1]"]


def test_with_tasks_changes_only_the_tasks():
    made = plan(environment={"h": [2.0, 4.0]})
    name = made.blocks[0].name
    part = made.with_tasks({name: made.blocks[0]})
    assert [*part.tasks] == [name]
    assert len(made.tasks) > 1
    assert part.settings is made.settings


def test_ten_thousand_points_are_planned_in_seconds():
    """Less than two seconds of an idle core; the limit allows for a busy one."""
    made = plan(
        materials=["bare"],
        environment={
            "h": {"from": 1.0, "to": 2.0, "count": 100},
            "xi": {"from": 1.0, "to": 2.0, "count": 100},
        },
        sweep={"block": 60},
    )
    start = time.process_time()
    assert len(made.points) == 10_000
    assert len(made.blocks) == 167
    assert time.process_time() - start < 8


def test_materials_have_names_that_folders_can_have():
    """Whatever letters a user's module and function have, and none twice."""
    names = ["my.mödule:f", "my.möhre:f", "my.m_dule:f", "xy8"]
    slugs = [slug(name) for name in names]
    assert len(set(slugs)) == len(names)
    for text in slugs:
        check_name(f"trained/{text}/00000")
    assert slugs[-1] == "xy8"
