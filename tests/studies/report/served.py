"""A sweep with states, whose numbers tell their points, and requests of any kind."""

import http.client
import socket

import numpy as np
import xarray as xr

from oqnn.studies.store import Store
from oqnn.studies.sweeps.computation.compute import labels_of
from oqnn.studies.sweeps.description.settings import SweepSettings
from oqnn.studies.sweeps.plan import Plan, TrainingBlock

TIMES = np.array([0.0, 0.5, 2.0])
VIEW_TIMES = np.array([0.0, 2.0])
H, KAPPA = [2.0, 0.5, 4.0], [0.1, 0.7]


def settings(seed=5):
    """Two parameters, a material with seeds and one without, several blocks."""
    return SweepSettings.from_dict(
        {
            "seed": seed,
            "materials": ["plain", "bare"],
            "environment": {"h": H, "kappa": KAPPA},
            "training": {"h": 1.0, "kappa": 0.3},
            "times": {"values": TIMES.tolist()},
            "sweep": {
                "seeds": 3,
                "block": 4,
                "measures": ["fidelity", "readout_infidelity"],
                "views": ["density_matrix"],
            },
        }
    )


def start(point):
    """Return the fidelity with which a point starts."""
    own = (
        point.coordinates["environment.h"] / 8 + point.coordinates["environment.kappa"]
    )
    return own / 2 + point.member**2 / 50 + 0.05 * (point.material == "bare")


def state(point):
    """Return the states of a point, of shape (view_time, 2, 2)."""
    p = start(point) * np.exp(-VIEW_TIMES)
    rho = np.array([[p, 0.1j * p], [-0.1j * p, 1 - p]])
    return rho.transpose(2, 0, 1)


def block(points, *, failed=()):
    """Return what the block of some points holds."""
    starts = np.array([np.nan if p.index in failed else start(p) for p in points])
    rho = np.array(
        [state(p) * np.nan if p.index in failed else state(p) for p in points]
    )
    errors = ["ValueError: <b>no</b>" if p.index in failed else "" for p in points]
    axes = ("point", "view_time", "row", "col")
    fidelity = starts[:, None] * np.exp(-TIMES)
    return xr.Dataset(
        {
            "fidelity": (("point", "time"), fidelity, {"long_name": "F", "units": ""}),
            "readout_infidelity": ("point", starts / 7, {"units": ""}),
            "state": (axes, rho),
            "frame_state": (axes, rho.conj()),
            "error": ("point", np.array(errors)),
        },
        coords=labels_of(points)
        | {
            "time": ("time", TIMES, {"units": "1/xi"}),
            "view_time": ("view_time", VIEW_TIMES),
            "row": ["0", "1"],
            "col": ["0", "1"],
        },
    )


def fill(folder, *, leave=(), failed=(), described=None):
    """Write all blocks of the sweep but some that are not there yet."""
    described = settings() if described is None else described
    plan = Plan(described)
    with Store(folder, described.to_dict()) as store:
        for name, task in plan.tasks.items():
            if name in leave or store.has(name):
                continue
            if isinstance(task, TrainingBlock):
                members = list(task.members)
                errors = ("member", [""] * len(members))
                store.write(name, xr.Dataset({"error": errors}, {"member": members}))
            else:
                store.write(name, block(task.points, failed=failed))
    return plan


def ask(server, address, method="GET", host=None):
    """Return status, headers and body of one request, its address as it is."""
    link = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    link.putrequest(method, address, skip_host=True, skip_accept_encoding=True)
    for name in [f"127.0.0.1:{server.server_port}"] if host is None else host:
        link.putheader("Host", name)
    link.endheaders()
    with link.getresponse() as answer:
        found = answer.status, dict(answer.getheaders()), answer.read()
    link.close()
    return found


def raw(server, content):
    """Return all that a server says to some bytes."""
    with socket.create_connection(("127.0.0.1", server.server_port), 10) as link:
        link.sendall(content)
        link.shutdown(socket.SHUT_WR)
        said = b""
        while part := link.recv(65536):
            said += part
    return said
