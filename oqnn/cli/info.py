"""``oqnn info``: versions, threads and devices."""

import typer

from .sentences import sentences

__all__ = ["info"]


def info(context: typer.Context) -> None:
    """Show versions, threads and devices, for a bug report."""
    with sentences(debug=context.obj):
        import os
        import platform

        import jax
        import numpy  # noqa: F401  (its BLAS shows up among the thread pools)
        from threadpoolctl import threadpool_info

        from ..studies.provenance import commit, versions

        for name, version in versions().items():
            typer.echo(f"{name:<10} {version}")
        typer.echo(f"{'commit':<10} {commit() or 'no checkout'}")
        typer.echo(f"{'system':<10} {platform.platform()}")
        typer.echo(f"{'cores':<10} {os.cpu_count()}")
        for pool in threadpool_info():
            typer.echo(
                f"{'threads':<10} {pool['internal_api']} {pool['version']}: "
                f"{pool['num_threads']}"
            )
        for device in jax.devices():
            typer.echo(f"{'device':<10} {device.platform} {device.device_kind}")
