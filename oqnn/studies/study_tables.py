"""A single comparison as NetCDF and CSV."""

from pathlib import Path

import xarray as xr

from .layout import disk_errors, written_aside
from .study import Study
from .sweeps.result.export import folder_for, write_netcdf

__all__ = ["StudyTables"]

FILES = {("material",): "materials.csv", ("material", "time"): "times.csv"}


class StudyTables:
    """Writes the numbers of a finished comparison in forms that others read.

    Parameters
    ----------
    study : Study
        The comparison.
    """

    def __init__(self, study: Study) -> None:
        self.study = study

    @classmethod
    def open(cls, folder: str | Path) -> "StudyTables":
        """Return the tables of the comparison in a folder.

        Raises
        ------
        StudyMismatch
            If the folder holds no comparison.
        ValueError
            If it is not finished.
        """
        return cls(Study.open(folder))

    def to_netcdf(self, path: str | Path) -> Path:
        """Write all blocks to one NetCDF file, each in the group of its name.

        Complex numbers become pairs of variables, `_re` and `_im`.

        Raises
        ------
        ImportError
            If h5netcdf is not installed.
        NoSpaceError
            If the disk is full; a file that was there stays.
        """
        leaves = self.study.tree.leaves
        blocks = {node.path.lstrip("/"): node.to_dataset() for node in leaves}
        return write_netcdf(xr.DataTree(), blocks, path)

    def to_csv(self, folder: str | Path) -> list[Path]:
        """Write real numbers of the representative materials, and those over time.

        Raises
        ------
        NotADirectoryError
            If the folder is a file.
        NoSpaceError
            If the disk is full; files that were there stay.
        """
        folder, paths = folder_for(folder), []
        dataset = self.study.dataset
        with disk_errors(folder, "The tables"):
            folder.mkdir(parents=True, exist_ok=True)
            for dims, file_name in FILES.items():
                names = [
                    name
                    for name, values in dataset.data_vars.items()
                    if values.dims == dims and values.dtype.kind in "fiub"
                ]
                table = dataset[names].to_dataframe().to_csv(na_rep="nan")
                path = folder / file_name
                aside = folder / f".{file_name}.partial"
                with written_aside(aside, path) as file:
                    file.write(table.encode())
                paths.append(path)
        return paths
