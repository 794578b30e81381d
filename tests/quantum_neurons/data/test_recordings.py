"""AEDAT 2.0 recordings and MNIST-DVS, from files written here."""

import numpy as np
import pytest

from oqnn.quantum_neurons import load_mnist_dvs
from oqnn.quantum_neurons.data.aedat import read_aedat
from oqnn.quantum_neurons.data.mnist_dvs import binned_events

HEADER = (
    b"#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n"
    b"# Timestamps tick is 1 us\r\n"
)


def write_aedat(path, events, header=HEADER):
    """Events as (time, row from the top, column from the left, ON)."""
    times, rows, columns, on = np.array(events).T
    address = ((127 - rows) << 8) | ((127 - columns) << 1) | (1 - on)
    words = np.stack([address, times], axis=1).astype(">u4")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header + words.tobytes())


EVENTS = [
    (1000, 0, 0, 1),
    (1000, 127, 3, 0),
    (1999, 64, 127, 1),
    (2500, 5, 33, 0),
    (5000, 5, 35, 0),
]


@pytest.fixture
def recording(tmp_path):
    write_aedat(tmp_path / "a.aedat", EVENTS)
    return tmp_path / "a.aedat"


def test_events_come_back_as_written(recording):
    events = read_aedat(recording)
    found = [events.times_us + 1000, events.rows, events.columns, events.on]
    np.testing.assert_array_equal(np.stack(found, axis=1), EVENTS)


def test_an_address_by_hand(tmp_path):
    """0x0105: bit 0 set is OFF, column bits 2 from the right, row bits 1 from below."""
    path = tmp_path / "a"
    path.write_bytes(HEADER + bytes.fromhex("00000105 0000002a"))
    events = read_aedat(path)
    place = [int(events.rows[0]), int(events.columns[0]), bool(events.on[0])]
    assert place == [126, 125, False]


def test_events_of_no_pixel_are_left_out(recording):
    content = recording.read_bytes()
    recording.write_bytes(content + bytes.fromhex("00008001 00002000"))
    assert len(read_aedat(recording).on) == len(EVENTS)


def test_bins_of_time_and_pixels(recording):
    """Times 0, 0, 999, 1500, 4000 µs in four steps of 1000.25 µs; blocks of 4 × 4."""
    spikes = binned_events(read_aedat(recording), 4, 32).reshape(4, 2, 32, 32)
    expected = [[0, 0, 0, 0], [0, 0, 16, 31], [0, 1, 31, 0], [1, 1, 1, 8], [3, 1, 1, 8]]
    np.testing.assert_array_equal(np.argwhere(spikes), expected)


def test_an_event_at_an_edge_belongs_to_the_later_step(tmp_path):
    """Every step of 1000 µs gets the event that comes with its first microsecond."""
    steps = 49
    events = [(1000 * t, 0, t, 1) for t in range(steps)] + [(1000 * steps - 1, 9, 0, 1)]
    write_aedat(tmp_path / "a", events)
    spikes = binned_events(read_aedat(tmp_path / "a"), steps, 128)
    first = spikes.reshape(steps, 2, 128, 128)[:, 0, 0, :steps]
    np.testing.assert_array_equal(first, np.eye(steps))


def test_limits_and_windows_reach_the_recordings(tmp_path):
    """The first files by name, and of these what comes within the window."""
    for digit, number in np.ndindex(2, 3):
        path = tmp_path / str(digit) / f"{number}.aedat"
        write_aedat(path, [(0, 0, number, 1), (3000, 1, number, 1)])
    chosen = {"classes": (0, 1), "steps": 1, "seed": 1, "size": 128, "limit": 2}
    for window, rows in ((None, [0, 1]), (2.5, [0])):
        found = set()
        for part in load_mnist_dvs(tmp_path, **chosen, window_ms=window):
            spikes = part.inputs.reshape(-1, 2, 128, 128)
            found |= {(i, j) for _, _, i, j in np.argwhere(spikes).tolist()}
        assert found == {(row, number) for row in rows for number in (0, 1)}


def test_a_window_cuts_the_rest(recording):
    spikes = binned_events(read_aedat(recording), 2, 128, window_ms=1.6)
    spikes = spikes.reshape(2, 2, 128, 128)
    expected = [[0, 0, 0, 0], [0, 1, 127, 3], [1, 0, 64, 127], [1, 1, 5, 33]]
    np.testing.assert_array_equal(np.argwhere(spikes), expected)


def test_folders_are_classes(tmp_path):
    """Recordings of one pixel each, the digit's row; 3 and 4 files, of which one of
    each goes to the test."""
    for digit, files in ((7, 3), (2, 4)):
        for number in range(files):
            path = tmp_path / str(digit) / "scale4" / f"{number}.aedat"
            write_aedat(path, [(5, 8 * digit, number, 1), (905, 8 * digit, number, 0)])
    chosen = {"classes": (7, 2), "steps": 2, "seed": 1, "size": 16}
    train, test = load_mnist_dvs(tmp_path, **chosen)
    assert (train.n_samples, test.n_samples) == (5, 2)
    for data in (train, test):
        for inputs, label in zip(data.inputs, data.labels, strict=True):
            on, off = np.argwhere(inputs.reshape(2, 2, 16, 16))
            assert on[:3].tolist() == [0, 0, (7, 2)[label]]
            assert off[:3].tolist() == [1, 1, (7, 2)[label]]
    train, test = load_mnist_dvs(tmp_path, **chosen, limit=2)
    assert (train.n_samples, test.n_samples) == (2, 2)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "must begin with #!AER-DAT2.0"),
        (b"#!AER-DAT3.1\r\n", "must be of version 2.0, but is of '3.1'"),
        (HEADER, "must hold events of pixels, but has none"),
        (HEADER[:-2], "must hold events of pixels, but has none"),
        (HEADER + bytes(13), "8 bytes an event, but 5 are left over"),
        (HEADER + bytes.fromhex("00010000 00000001"), "16 bits, but has 0x10000"),
        (
            HEADER + bytes.fromhex("00000000 00000005 00000000 00000003"),
            "event 1 comes 2 µs before",
        ),
    ],
)
def test_damaged_recordings_are_refused(tmp_path, content, match):
    path = tmp_path / "a.aedat"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=match):
        read_aedat(path)


def test_absent_recordings_are_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"none is not\. The authors of MNIST-DVS"
    ):
        load_mnist_dvs(tmp_path / "none", seed=0)
    (tmp_path / "0").mkdir()
    with pytest.raises(FileNotFoundError, match=r"must hold recordings \.aedat"):
        load_mnist_dvs(tmp_path, seed=0)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"size": 30}, "`size` must divide 128, but is 30"),
        ({"steps": 0}, "`steps` must be at least 1"),
        ({"window_ms": 0.0}, "`window_ms` must be positive"),
        ({"limit": 0}, "`limit` must be at least 1"),
    ],
)
def test_odd_bins_are_refused(tmp_path, change, match):
    with pytest.raises(ValueError, match=match):
        load_mnist_dvs(tmp_path, **({"seed": 0} | change))
