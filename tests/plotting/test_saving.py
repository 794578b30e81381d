"""Pictures to files, and what they keep."""

import re
import shutil

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageSequence

from oqnn.plotting import drive, save_animation, save_figure, save_frames

TIMES = np.linspace(0, 1, 5)


def picture(height: float = 0.5) -> Figure:
    return drive(TIMES, np.full((5, 1), height))


def frames():
    return (picture(height) for height in (-0.8, 0.0, 0.8))


def test_text_of_svg_stays_text_and_files_are_the_same_twice(tmp_path):
    path = save_figure(picture(), tmp_path / "a.svg")
    text = path.read_text(encoding="utf-8")
    assert re.search(r"<text[^>]*>.*activity", text, flags=re.S)
    for ending in ("svg", "pdf", "png"):
        one = save_figure(picture(), tmp_path / f"one.{ending}").read_bytes()
        two = save_figure(picture(), tmp_path / f"two.{ending}").read_bytes()
        assert one == two


def test_columns_set_the_width_and_leave_the_figure_as_it_was(tmp_path):
    figure = picture()
    before = figure.get_size_inches().copy()
    for columns, width in ((1, 3.4), (2, 7.0)):
        path = save_figure(figure, tmp_path / "a.png", columns=columns, dpi=100)
        with Image.open(path) as image:
            assert image.size == (round(100 * width), round(100 * before[1]))
    np.testing.assert_array_equal(figure.get_size_inches(), before)


def test_letters_of_latex_are_set_for_the_file_alone(tmp_path, capsys):
    figure = picture()
    label = figure.axes[0].yaxis.label
    before = label.get_fontfamily(), label.get_math_fontfamily()
    plain = save_figure(figure, tmp_path / "plain.svg").read_text(encoding="utf-8")
    latex = save_figure(figure, tmp_path / "latex.svg", latex=True).read_text(
        encoding="utf-8"
    )
    assert "cmr10" in latex
    assert "cmr10" not in plain
    assert (label.get_fontfamily(), label.get_math_fontfamily()) == before
    save_figure(figure, tmp_path / "latex.pdf", latex=True)
    assert capsys.readouterr().err == ""


def test_picture_for_a_latex_document_needs_latex(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(RuntimeError, match=r"pdflatex, but none is installed"):
        save_figure(picture(), tmp_path / "a.pgf")
    assert not list(tmp_path.iterdir())


def test_frames_are_numbered_in_order(tmp_path):
    paths = save_frames(frames(), tmp_path / "new" / "folder", dpi=40)
    assert [path.name for path in paths] == [f"frame_00{i}.png" for i in range(3)]
    assert len({path.read_bytes() for path in paths}) == 3
    (svg,) = save_frames([picture()], tmp_path, stem="wigner", ending=".svg")
    assert svg.name == "wigner_000.svg"


def test_animation_holds_all_frames_in_their_colours(tmp_path):
    path = save_animation(frames(), tmp_path / "a.gif", seconds=0.25, dpi=60)
    with Image.open(path) as animation:
        assert animation.n_frames == 3
        assert animation.info["duration"] == 250
        assert animation.info["loop"] == 0
        seen = [np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(animation)]
    for i, (frame, height) in enumerate(zip(seen, (-0.8, 0.0, 0.8), strict=True)):
        png = save_figure(picture(height), tmp_path / f"{i}.png", dpi=60)
        with Image.open(png) as image:
            exact = np.asarray(image.convert("RGB")).astype(int)
        assert np.abs(frame - exact).mean() < 3


def test_refusals(tmp_path):
    with pytest.raises(ValueError, match=r"must end in .pdf, .svg, .png, .pgf"):
        save_figure(picture(), tmp_path / "a.jpg")
    with pytest.raises(ValueError, match=r"`columns` must be 1 or 2, but is 3"):
        save_figure(picture(), tmp_path / "a.png", columns=3)
    with pytest.raises(TypeError, match="`dpi`"):
        save_figure(picture(), tmp_path / "a.png", dpi=99.5)
    with pytest.raises(ValueError, match="at least one picture"):
        save_frames([], tmp_path)
    with pytest.raises(ValueError, match="at least one picture"):
        save_animation([], tmp_path / "a.gif")
    with pytest.raises(ValueError, match=r"must end in .gif"):
        save_animation([picture()], tmp_path / "a.mp4")
    with pytest.raises(ValueError, match="`seconds` must be positive"):
        save_animation([picture()], tmp_path / "a.gif", seconds=0)
    other = picture()
    other.set_size_inches(2, 2)
    with pytest.raises(ValueError, match=r"`figures` must have one size"):
        save_animation([picture(), other], tmp_path / "a.gif")
