"""``oqnn realize``: can spins carry a state?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .sentences import VALUES, check_free, sentences

if TYPE_CHECKING:
    import numpy as np

__all__ = ["realize"]


def realize(
    context: typer.Context,
    state: Annotated[
        Path, typer.Argument(help="A .npy file with a ket or density matrix.")
    ],
    extended: Annotated[
        bool, typer.Option("--extended", help="With spins for pairs of axes as well.")
    ] = False,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="Also find the nearest realizable matrix.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Save the answer there, such as law.zarr.")
    ] = None,
) -> None:
    """Find the law of spins that carries a state, or the inequality that forbids it."""
    with sentences(debug=context.obj, refused=VALUES):
        check_free(out)
        if extended and nearest:
            raise ValueError("`--nearest` must go without `--extended`. Ask twice.")
        array = _load_array(state)
        from ..encoding import ExtendedMap
        from ..encoding import realize as realize_state

        if extended:
            levels = len(array) if array.ndim else 1
            if levels == 2:
                raise ValueError("`--extended` must be for two or three qubits.")
            found = realize_state(array, ExtendedMap(max(2, levels.bit_length() - 1)))
        else:
            found = realize_state(array)
        more = _nearest_text(array) if nearest and found.law is None else None
        typer.echo("realizable" if found.law is not None else "not realizable")
        typer.echo(f"visibility {found.visibility:.9f}")
        typer.echo(str(found.inequality if found.law is None else found.law))
        if more is not None:
            typer.echo(more)
        if out is not None:
            from ..studies import save

            typer.echo(f"saved {save(found, out)}")


def _load_array(path: Path) -> "np.ndarray":
    import numpy as np

    if not path.exists():
        raise FileNotFoundError(f"The file {path} does not exist.")
    if path.is_dir():
        raise IsADirectoryError(f"`{path}` must be a .npy file, but is a folder.")
    try:
        with path.open("rb") as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(
            f"`{path}` must hold one array of numbers in NumPy's .npy format, but "
            "does not. Write it with numpy.save."
        ) from error


def _nearest_text(state: "np.ndarray") -> str:
    """Say how near spins come to a state that they cannot carry."""
    from ..encoding import nearest_realizable
    from ..measures import fidelity, least_eigenvalue, nearest_state

    found = nearest_realizable(state)
    physical = fidelity(state, nearest_state(found.state))
    return (
        f"nearest realizable matrix: squared distance {found.squared_distance:.6f}\n"
        f"fidelity {fidelity(state, found.state):.6f}, of the state nearest to it "
        f"{physical:.6f}; least eigenvalue "
        f"{round(float(least_eigenvalue(found.state)), 6) + 0.0:.6f}"
    )
