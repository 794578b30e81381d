"""Run the command line within a test."""

from typer.testing import CliRunner

from oqnn import cli


def invoke(*arguments):
    """Return what a command printed and its exit code, or raise what it raised."""
    result = CliRunner().invoke(cli.app, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
