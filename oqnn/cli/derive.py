"""``oqnn derive``: the equations of a topic, step by step."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from .sentences import VALUES, check_free, sentences

__all__ = ["derive"]


def derive(
    context: typer.Context,
    topic: Annotated[
        str | None,
        typer.Argument(metavar="TOPIC", help="What to derive; without it, a list."),
    ] = None,
    order: Annotated[
        int | None, typer.Option(help="Where an expansion ends, in topics with one.")
    ] = None,
    latex: Annotated[
        bool, typer.Option("--latex", help="A document for LaTeX instead of text.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write it there, such as moyal.tex.")
    ] = None,
) -> None:
    """Derive the equations of a topic, step by step."""
    with sentences(debug=context.obj, refused=VALUES):
        check_free(out)
        from ..symbolic.derive import TOPICS
        from ..symbolic.derive import derive as derive_topic

        if topic is None:
            typer.echo("\n".join(TOPICS))
            return
        derivation = derive_topic(topic, order)
        if latex:
            text = derivation.latex_document().rstrip("\n")
        else:
            text = derivation.text(**_page(out))
        if out is None:
            typer.echo(text)
        else:
            out.write_text(f"{text}\n", encoding="utf-8")
            typer.echo(f"saved {out}")


def _page(out: Path | None) -> dict[str, Any]:
    """Return the width of the terminal, and whether it knows more than ASCII."""
    from shutil import get_terminal_size

    wide = out is None and sys.stdout.isatty()
    try:
        "ħ∂⌠".encode("utf-8" if out else sys.stdout.encoding or "ascii")
        unicode = True
    except UnicodeEncodeError:
        unicode = False
    return {"width": get_terminal_size().columns if wide else 80, "unicode": unicode}
