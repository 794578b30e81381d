"""Pictures to files: sized for a page, text kept as text, frames and animations."""

import logging
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from .._core.checks import check_integer, check_positive
from .style import NARROW, WIDE

__all__ = ["save_animation", "save_figure", "save_frames"]

WIDTHS = {1: NARROW, 2: WIDE}  # columns of a journal → inches
# No dates and no random names: the same picture gives the same file.
PLAIN: dict[str, dict[str, Any]] = {
    ".pdf": {"metadata": {"CreationDate": None}},
    ".svg": {"metadata": {"Date": None}},
    ".png": {"metadata": {"Software": None}},
    ".pgf": {},
}
VECTOR = {"svg.fonttype": "none", "svg.hashsalt": "oqnn", "pdf.fonttype": 42}
# STIX supplies what Computer Modern lacks: minus signs, Greek outside formulas.
COMPUTER_MODERN = ["cmr10", "STIXGeneral"]
TEX = ("lualatex", "xelatex", "pdflatex")
COLOURS = 255  # of a GIF
THUMB = 160  # pixels: width at which frames vote for the colours of a GIF


def save_figure(
    figure: Figure,
    path: str | Path,
    *,
    columns: int | None = None,
    latex: bool = False,
    dpi: int = 200,
) -> Path:
    """Save a picture; PDF and SVG are drawn with lines, and their text stays text.

    The same picture gives the same file, byte for byte.

    Parameters
    ----------
    figure : Figure
        Not changed.
    path : str or path
        Ends in .pdf, .svg, .png, or .pgf, which a LaTeX document inputs and sets in
        its own fonts.
    columns : {1, 2}, optional
        Make the picture as wide as one or two columns of a journal, 3.4 or 7 inches,
        at the same height; letters keep their size. By default its own width.
    latex : bool, optional
        Set letters in Computer Modern, as LaTeX does by default; needs no LaTeX. A
        file that ends in .pgf always takes the fonts of its document.
    dpi : int, optional
        Dots an inch of a PNG, and of maps of colour within a PDF or SVG.

    Returns
    -------
    path

    Raises
    ------
    TypeError
        If `dpi` is no integer.
    ValueError
        If the ending is another one, `columns` is neither 1 nor 2, or `dpi` is not
        positive.
    RuntimeError
        If a .pgf file is asked for where no LaTeX is installed.
    """
    path = Path(path)
    check_integer(dpi, "dpi")
    if path.suffix not in PLAIN:
        raise ValueError(
            f"`path` must end in {', '.join(PLAIN)}, but is {path.name!r}."
        )
    if columns is not None and columns not in WIDTHS:
        raise ValueError(f"`columns` must be 1 or 2, but is {columns!r}.")
    settings: Any = dict(VECTOR)
    if path.suffix == ".pgf":
        settings |= {"pgf.rcfonts": False, "pgf.texsystem": _tex()}
    with rc_context(settings), _resized(figure, columns), _lettered(figure, latex):
        figure.savefig(path, dpi=dpi, **PLAIN[path.suffix])
    return path


def save_frames(
    figures: Iterable[Figure],
    folder: str | Path,
    *,
    stem: str = "frame",
    ending: str = ".png",
    dpi: int = 150,
) -> list[Path]:
    """Save pictures as frame_000.png, frame_001.png, …

    Parameters
    ----------
    figures : iterable of Figure
        In order; drawn one by one, so that a generator holds one at a time.
    folder : str or path
        Made if it does not exist.
    stem, ending : str, optional
        Of the names; the ending as in `save_figure`.
    dpi : int, optional
        Dots an inch.

    Returns
    -------
    list of paths

    Raises
    ------
    ValueError
        If there is no picture, or under the conditions of `save_figure`.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [
        save_figure(figure, folder / f"{stem}_{i:03d}{ending}", dpi=dpi)
        for i, figure in enumerate(figures)
    ]
    _check_some(paths)
    return paths


def save_animation(
    figures: Iterable[Figure],
    path: str | Path,
    *,
    seconds: float = 0.2,
    dpi: int = 110,
) -> Path:
    """Save pictures of one size as an animated GIF that runs for ever.

    Parameters
    ----------
    figures : iterable of Figure
        In order; drawn one by one.
    path : str or path
        Ends in .gif.
    seconds : float, optional
        How long each picture stays, in hundredths of a second.
    dpi : int, optional
        Dots an inch.

    Returns
    -------
    path

    Raises
    ------
    TypeError
        If `dpi` is no integer.
    ValueError
        If the path ends in anything else, there is no picture, they have several
        sizes, or `seconds` or `dpi` is not positive.
    """
    path = Path(path)
    check_integer(dpi, "dpi")
    check_positive(seconds, "seconds")
    if path.suffix != ".gif":
        raise ValueError(f"`path` must end in .gif, but is {path.name!r}.")
    images = [_as_image(figure, dpi) for figure in figures]
    _check_some(images)
    sizes = {image.size for image in images}
    if len(sizes) > 1:
        raise ValueError(f"`figures` must have one size, but have {sorted(sizes)}.")
    # One table of colours for all frames: a colour means the same in each of them.
    palette = _thumbs(images).quantize(COLOURS)
    first, *others = [
        image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images
    ]
    first.save(
        path,
        save_all=True,
        append_images=others,
        duration=max(10, 10 * round(100 * seconds)),
        loop=0,
        disposal=1,
    )
    return path


def _tex() -> str:
    from shutil import which

    found = [name for name in TEX if which(name)]
    if not found:
        raise RuntimeError(
            f"A .pgf file must be set by one of {', '.join(TEX)}, but none is "
            "installed. Save as .pdf with latex=True, which needs no LaTeX."
        )
    return found[0]


@contextmanager
def _resized(figure: Figure, columns: int | None) -> Iterator[None]:
    """Give a figure the width of some columns for a while."""
    width, height = figure.get_size_inches()
    if columns is None:
        yield
        return
    figure.set_size_inches(WIDTHS[columns], height)
    try:
        yield
    finally:
        figure.set_size_inches(width, height)


@contextmanager
def _lettered(figure: Figure, latex: bool) -> Iterator[None]:
    """Give all letters of a figure those of LaTeX for a while."""
    if not latex:
        yield
        return
    figure.draw_without_rendering()  # ticks make their texts when they are drawn
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    before = [(text.get_fontfamily(), text.get_math_fontfamily()) for text in texts]
    for text in texts:
        text.set_fontfamily(COMPUTER_MODERN)
        text.set_math_fontfamily("cm")
    fonts = logging.getLogger("fontTools")  # wonders about the dates of cmr10
    level = fonts.level
    fonts.setLevel(logging.ERROR)
    try:
        yield
    finally:
        fonts.setLevel(level)
        for text, (family, formulas) in zip(texts, before, strict=True):
            text.set_fontfamily(family)
            text.set_math_fontfamily(formulas)


def _as_image(figure: Figure, dpi: int) -> Image.Image:
    """Draw a figure to pixels."""
    file = BytesIO()
    figure.savefig(file, dpi=dpi, format="png")
    return Image.open(file).convert("RGB")


def _thumbs(images: list[Image.Image]) -> Image.Image:
    """Return small copies of all frames on one sheet, as square as can be."""
    width, height = images[0].size
    size = (min(THUMB, width), max(1, round(height * min(1.0, THUMB / width))))
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    sheet = Image.new("RGB", (columns * size[0], rows * size[1]), "white")
    for i, image in enumerate(images):
        corner = (i % columns * size[0], i // columns * size[1])
        sheet.paste(image.resize(size), corner)
    return sheet


def _check_some(items: list[Any]) -> None:
    if not items:
        raise ValueError("`figures` must hold at least one picture, but is empty.")
