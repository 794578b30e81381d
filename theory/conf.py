"""How Sphinx builds the book: chapters as they run, and a page for every room."""

import os
import re
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from docutils.nodes import SkipNode
from latex2mathml.converter import convert

ROOT = Path(__file__).parent.parent

project = "oqnn"
author = copyright = "The oqnn developers"
version = release = version_of("oqnn")
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]

myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "cache"  # a chapter runs again only when its cells change
nb_execution_cache_path = str(ROOT / "build" / "book-cache")
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_render_markdown_format = "myst"  # a derivation shows itself with $$ formulas

templates_path = ["_templates"]
exclude_patterns = ["_templates"]
autosummary_imported_members = True
autosummary_ignore_module_all = False
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "furo"
html_title = "oqnn: the theory book"
html_math_renderer = "mathml"


def in_the_repository() -> None:
    """Let kernels start in the repository's root, as the tests run the chapters."""
    profile = ROOT / "build" / "ipython" / "profile_default" / "startup"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "00_root.py").write_text(f"import os\nos.chdir({str(ROOT)!r})\n")
    os.environ["IPYTHONDIR"] = str(ROOT / "build" / "ipython")


def mathml(node: Any, **options: str) -> str:
    """Return a formula as MathML.

    The converter knows `aligned` by another name, takes 2bp for a length, shrinks big
    brackets under exponents, and its overlines do not stretch.
    """
    formula = re.sub(r"\{aligned\}(\[t\])?", "{align*}", node.astext())
    formula = re.sub(r"(\d) ?bp", r"\1{b}p", formula)
    formula = re.sub(r"(\\[bB]igg?[lr]?[)\]])\^", r"\1{}^", formula)
    line = '<mo accent="true">&#x02015;</mo>', '<mo stretchy="true">&#x000AF;</mo>'
    return convert(formula, **options).replace(*line)


def visit_inline(translator: Any, node: Any) -> None:
    """Write a formula in a line as MathML, which browsers set without a network."""
    translator.body.append(mathml(node))
    raise SkipNode


def visit_display(translator: Any, node: Any) -> None:
    """Write a formula on a line of its own as MathML."""
    formula = mathml(node, display="block")
    style = "margin: 1em 0; overflow-x: auto; overflow-y: hidden"
    translator.body.append(f'<div class="math" style="{style}">{formula}</div>')
    raise SkipNode


def escape_marks(app: Any, what: str, name: str, obj: Any, options: Any, lines: list):
    """Let |ψ⟩ and (*batch, d) be what they are, and no reStructuredText."""
    in_math = -1  # indentation of a formula's directive
    for k, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent <= in_math:
            in_math = -1
        if line.lstrip().startswith(".. math::"):
            in_math = indent
        elif in_math < 0 and not line.lstrip().startswith((">>>", "...")):
            pieces = re.split(r"(:math:`[^`]*`|``.*?``)", line)
            pieces[::2] = [re.sub(r"(\||(?<=\()\*)", r"\\\1", e) for e in pieces[::2]]
            lines[k] = "".join(pieces)


def setup(app: Any) -> None:
    """Register the renderer of formulas and the reading of docstrings."""
    in_the_repository()
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_display, None))
    app.connect("autodoc-process-docstring", escape_marks)
