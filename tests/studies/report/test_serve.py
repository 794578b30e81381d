"""The served page: what it answers, what it refuses, and how it ends."""

import json
import os
import shutil
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from commands import invoke
from scipy.stats import t as student
from studies.report import served

from oqnn.studies import StudyMismatch
from oqnn.studies.report import places, site
from oqnn.studies.report.serve import Server, serve

pytest.importorskip("jinja2")
pytest.importorskip("plotly")


@contextmanager
def running(folder):
    """Serve a folder in a thread."""
    with Server(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    """A served sweep, not to be changed, with a link out of its folder."""
    folder = tmp_path_factory.mktemp("sweep")
    plan = served.fill(folder, failed=(2,))
    (folder / "secret").symlink_to("/etc")
    with running(folder) as server:
        server.plan, server.folder = plan, folder
        yield server


@pytest.fixture
def copy(sweep, tmp_path):
    """A copy of the folder, to be damaged."""
    shutil.copytree(sweep.folder, tmp_path / "copy", symlinks=True)
    return tmp_path / "copy"


def at_place(server, number):
    status, _, body = served.ask(server, f"/place/{number}.json")
    assert status == 200
    return json.loads(body)


# What it answers


def test_the_page_and_all_that_it_names_are_there(sweep):
    status, headers, page = served.ask(sweep, "/")
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"Finished: 24 of 24 points, 1 of them failed." in page
    assert b"&lt;b&gt;no&lt;/b&gt;" in page
    assert served.ask(sweep, "/index.html?again=1")[2] == page
    kinds = {"report.css": "text/css", "plotly.min.js": "text/javascript"}
    for name, kind in kinds.items():
        assert f"static/{name}".encode() in page
        status, headers, body = served.ask(sweep, f"/static/{name}")
        assert (status, headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")
        assert int(headers["Content-Length"]) == len(body) > 1000
    assert served.ask(sweep, "/study.toml")[2].startswith(b"materials = [")
    assert b"plain,2," in served.ask(sweep, "/summary.csv")[2]


def test_every_place_has_the_numbers_of_its_points(sweep):
    """Mean over seeds and Student's interval of each cell; failed points left out."""
    for place in range(6):
        (measure,) = at_place(sweep, place)["measures"]
        assert measure["name"] == "fidelity"
        assert measure["times"] == served.TIMES.tolist()
        assert measure["shown"] == [2 * place, 2 * place + 1]
        for row, material in enumerate(["plain", "bare"]):
            points = [
                p
                for p in sweep.plan.points
                if (p.combination, p.material) == (place, material) and p.index != 2
            ]
            h = served.H[place // 2]
            assert all(p.coordinates["environment.h"] == h for p in points)
            values = np.outer([served.start(p) for p in points], np.exp(-served.TIMES))
            n = len(points)
            assert measure["count"][row] == n
            mean = values.mean(axis=0)
            np.testing.assert_allclose(measure["value"][row], mean, rtol=1e-4)
            low = mean
            if n > 1:
                error = values.std(axis=0, ddof=1) / np.sqrt(n)
                low = mean - student.ppf(0.975, n - 1) * error
            np.testing.assert_allclose(measure["low"][row], low, rtol=0, atol=2e-5)


def test_every_place_has_the_states_of_its_points(sweep):
    for place in range(6):
        points = {p.index: p for p in sweep.plan.points if p.combination == place}
        found = at_place(sweep, place)["states"]
        assert {entry["point"] for entry in found} == points.keys() - {2}
        for entry in found:
            point = points[entry["point"]]
            assert entry["cell"] == 2 * place + (point.material == "bare")
            seed = f"seed {point.member}" if point.member >= 0 else "no seed"
            assert seed in entry["label"]
            assert entry["times"] == served.VIEW_TIMES.tolist()
            rho = served.state(point).reshape(2, 4)
            np.testing.assert_allclose(entry["re"], rho.real, rtol=0, atol=6e-5)
            np.testing.assert_allclose(np.abs(entry["im"]), abs(rho.imag), atol=6e-5)


def test_many_readers_at_once_read_the_same(sweep):
    alone = [served.ask(sweep, f"/place/{k}.json")[2] for k in range(6)]
    with ThreadPoolExecutor(8) as pool:
        numbers = [5, 0, 3, 3, 1, 2, 4, 0] * 3
        found = pool.map(lambda k: served.ask(sweep, f"/place/{k}.json")[2], numbers)
    assert list(found) == [alone[k] for k in numbers]


def test_the_page_opens_without_reading_states(copy):
    """Whatever it does not hold is read as it is asked for, and no sooner."""
    for path in copy.glob("study.zarr/points/*/*/*/*state/c*"):
        path.write_bytes(b"")
    with running(copy) as server:
        assert served.ask(server, "/")[0] == 200
        status, headers, body = served.ask(server, "/place/0.json")
        assert (status, headers["Content-Type"]) == (500, "application/json")
        assert "state/c.0.0.0.0 has changed" in json.loads(body)["error"]
        assert served.ask(server, "/static/page.js")[0] == 200


def test_infinite_numbers_are_given_by_medians_wherever(tmp_path, monkeypatch):
    """How a number is estimated does not depend on which place is looked at."""
    whole = served.block

    def infinite(points, *, failed=()):
        dataset = whole(points)
        dataset.fidelity[dataset.point.values == 0] = np.inf
        return dataset

    monkeypatch.setattr(served, "block", infinite)
    served.fill(tmp_path)
    with running(tmp_path) as server:
        for place in (0, 5):
            (measure,) = at_place(server, place)["measures"]
            assert measure["spread"] == "median over seeds, least to greatest"


def test_a_running_sweep_shows_what_is_finished_when_loaded(tmp_path):
    plan = served.fill(tmp_path / "whole")
    last = plan.blocks[-1].name
    served.fill(tmp_path / "part", leave=[last])
    missing = {p.combination for p in plan.blocks[-1].points}
    with running(tmp_path / "part") as server:
        assert b"Not finished: 22 of 24 points." in served.ask(server, "/")[2]
        before = at_place(server, max(missing))
        assert [m["shown"] for m in before["measures"]] == [[10]]
        served.fill(tmp_path / "part")
        assert b"Finished: 24 of 24 points." in served.ask(server, "/")[2]
        (after,) = at_place(server, max(missing))["measures"]
        assert after["shown"] == [10, 11]


def test_a_sweep_without_any_point_yet_is_served(tmp_path):
    plan = served.fill(tmp_path / "whole")
    served.fill(tmp_path / "none", leave=list(plan.tasks))
    with running(tmp_path / "none") as server:
        assert b"Not finished: 0 of 24 points." in served.ask(server, "/")[2]
        assert at_place(server, 0) == {"measures": [], "states": []}


def test_a_study_that_is_taken_away_is_said_to_be(copy):
    with running(copy) as server:
        shutil.rmtree(copy)
        status, headers, body = served.ask(server, "/")
        assert (status, headers["Content-Type"]) == (500, site.TEXT)
        assert b"must hold a study" in body


def test_serving_writes_nothing(sweep):
    def everything():
        return {
            path: (path.stat().st_mtime_ns, path.read_bytes())
            for path in sweep.folder.rglob("*")
            if path.is_file()
        }

    before = everything()
    for address in ("/", "/place/1.json", "/nothing"):
        served.ask(sweep, address)
    assert everything() == before


# What it refuses

ELSEWHERE = [
    "/study.json",
    "/study.zarr/zarr.json",
    "/secret/passwd",
    "/static",
    "/static/",
    "/static/../study.toml",
    "/../../etc/passwd",
    "//etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/static/%2e%2e/index.html",
    "/..%2f..%2fetc%2fpasswd",
    "/..\\..\\etc\\passwd",
    "/static\\report.css",
    "/C:/Windows/win.ini",
    "/study.toml%00.css",
    "/study.toml\x00",
    "/study%2etoml",
    "/STUDY.TOML",
    "/place/",
    "/place/6.json",
    "/place/-1.json",
    "/place/00.json",
    "/place/1.json/",
    "/place/1.json%0a",
    "/place/١.json".encode().decode("latin-1"),
    "/place/9999999999999999999999.json",
    "/place/nan.json",
    "/place/../study.json",
    "file:///etc/passwd",
    "http://example.org/",
    "study.toml",
    "*",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nothing_is_at_any_other_address(sweep, address):
    line = f"GET {address} HTTP/1.1\r\nHost: localhost:{sweep.server_port}\r\n\r\n"
    head, _, body = served.raw(sweep, line.encode("latin-1")).partition(b"\r\n\r\n")
    assert head.split()[1] == b"404"
    assert body == b"There is nothing at this address.\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_reading_is_allowed(sweep, method):
    status, headers, _ = served.ask(sweep, "/study.toml", method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


def test_unknown_methods_are_refused(sweep):
    assert served.ask(sweep, "/", "BREW")[0] == 501


def test_head_tells_the_same_without_the_content(sweep):
    for address in ("/", "/place/1.json", "/static/report.css"):
        status, headers, body = served.ask(sweep, address, "HEAD")
        full = served.ask(sweep, address)
        assert (status, body) == (200, b"")
        assert headers["Content-Length"] == full[1]["Content-Length"]


def test_other_hosts_are_not_served(sweep):
    """As where another site's name is made to mean this machine."""
    port = sweep.server_port
    for host in (
        ["example.org"],
        [f"example.org:{port}"],
        [f"127.0.0.1:{port}.example.org"],
        ["127.0.0.1"],
        [f"127.0.0.1:{port + 1}"],
        [f"localhost:{port}", "example.org"],
        [""],
        [],
    ):
        status, _, body = served.ask(sweep, "/study.toml", host=host)
        assert status == 421
        assert b"seed" not in body
    assert served.ask(sweep, "/study.toml", host=[f"LOCALHOST:{port}"])[0] == 200


def test_only_this_machine_is_answered(sweep):
    assert sweep.server_address == ("127.0.0.1", sweep.server_port)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", sweep.server_port), 2)


def test_every_answer_keeps_other_sites_out(sweep):
    for address, method in [("/", "GET"), ("/no", "GET"), ("/", "POST")]:
        headers = served.ask(sweep, address, method)[1]
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in headers
        assert headers["Server"].strip() == "oqnn"


def test_what_is_no_request_ends_nothing(sweep, capfd):
    for content in (b"", b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / x\r\n\r\n"):
        served.raw(sweep, content)
    served.raw(sweep, b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n")
    assert served.ask(sweep, "/study.toml")[0] == 200
    assert capfd.readouterr().err == ""


def test_a_reader_that_leaves_ends_nothing(sweep, capfd):
    for _ in range(3):
        link = socket.create_connection(("127.0.0.1", sweep.server_port), 10)
        host = f"Host: localhost:{sweep.server_port}"
        link.sendall(f"GET /static/plotly.min.js HTTP/1.1\r\n{host}\r\n\r\n".encode())
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        link.close()  # resets
    assert served.ask(sweep, "/study.toml")[0] == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("port", [True, 80.0, "80", None])
def test_ports_are_integers(tmp_path, port):
    with pytest.raises(TypeError, match=r"`port` must be an integer, but is .*Use 0"):
        serve(tmp_path, port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_ports_lie_in_range(tmp_path, port):
    with pytest.raises(ValueError, match=f"from 0 to 65535, but is {port}"):
        serve(tmp_path, port)


def test_a_port_in_use_is_named(sweep):
    result = invoke("serve", sweep.folder, "--port", sweep.server_port)
    assert result.exit_code == 2
    assert result.stderr == (
        f"oqnn: `port` must be free, but {sweep.server_port} is in use. Choose "
        "another, or 0 for any that is free.\n"
    )


def test_a_port_without_the_right_is_named(tmp_path, monkeypatch):
    def bind(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Server, "server_bind", bind)
    with pytest.raises(PermissionError, match=r"but 80 is not\. Choose one above 1023"):
        serve(tmp_path, 80)


def test_a_folder_without_a_study_is_refused(tmp_path):
    with pytest.raises(StudyMismatch, match="must hold a study"):
        serve(tmp_path)
    assert invoke("serve", tmp_path / "no").exit_code == 2


def test_places_lie_on_the_grid(sweep):
    with pytest.raises(IndexError, match=r"`place` must be from 0 to 5, but is 6\."):
        sweep.site._places.answer(6)


# How it ends


@pytest.fixture
def interruptible():
    """Let Ctrl-C interrupt, also in the background, where it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt_soon():
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_an_interrupt_ends_it_and_frees_the_port(sweep, interruptible):
    told = []

    def announce(sentence):
        told.append(sentence)
        interrupt_soon()

    with pytest.raises(KeyboardInterrupt):
        serve(sweep.folder, announce=announce)
    (sentence,) = told
    url = sentence.split()[1]
    assert sentence == f"serving  {url} to this machine alone, until Ctrl-C"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(url.split(":")[-1][:-1])), 2)


def test_an_interrupt_of_the_command_ends_in_a_sentence(
    sweep, interruptible, monkeypatch
):
    def interrupted(folder, port):
        def told(sentence):
            print(sentence)  # noqa: T201
            interrupt_soon()

        serve(folder, port, announce=told)

    monkeypatch.setattr("oqnn.studies.report.serve.serve", interrupted)
    result = invoke("serve", sweep.folder)
    assert result.exit_code == 130
    assert result.stdout.startswith("serving  http://127.0.0.1:")
    assert result.stderr == (
        "\noqnn: interrupted. The page is no longer served, and nothing was changed.\n"
    )


def test_blocks_are_read_once(sweep, monkeypatch):
    """Neighbouring places share them."""
    read = []
    one = places.read_block
    monkeypatch.setattr(
        places, "read_block", lambda root, name: read.append(name) or one(root, name)
    )
    fresh = site.Site(sweep.folder)
    assert read == []
    for _ in range(2):
        for place in range(6):
            fresh.answer(f"/place/{place}.json")
    assert sorted(read) == sorted(block.name for block in sweep.plan.blocks)


def test_points_computed_again_are_shown_when_loaded(tmp_path):
    plan = served.fill(tmp_path, failed=(2,))
    with running(tmp_path) as server:
        assert b"1 of them failed" in served.ask(server, "/")[2]
        assert at_place(server, 0)["measures"][0]["count"] == [2, 1]
        (block,) = [b for b in plan.blocks if 2 in [p.index for p in b.points]]
        with served.Store(tmp_path, plan.settings.to_dict()) as store:
            store.replace_block(block.name, served.block(block.points))
        assert b"Finished: 24 of 24 points." in served.ask(server, "/")[2]
        assert at_place(server, 0)["measures"][0]["count"] == [3, 1]
