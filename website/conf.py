"""How Sphinx makes the pages; what depends on a build (the folder, the repository) is given to it by `website.building`."""

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

project = "Lockstep"
author = "the authors of Lockstep"
copyright = "the authors of Lockstep; lessons under CC BY 4.0, code under BSD 3-Clause"
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_merge_streams = True
suppress_warnings = ["misc.highlighting_failure"]  # a quotation mark in a console is shown without colours
nb_code_prompt_show = "Show the checks"
nb_code_prompt_hide = "Hide the checks"
myst_heading_anchors = 4
myst_heading_slug_func = "website.pages.slug"
html_theme = "sphinx_book_theme"
html_title = "Lockstep"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_context = {"default_mode": "auto"}
html_math_renderer = "mathml"
html_theme_options = {
    "use_download_button": False,  # every page has its own, for the notebook that was not executed
    "use_fullscreen_button": False,
    "use_edit_page_button": False,
    "use_repository_button": False,
    "use_issues_button": False,
    "navbar_persistent": [],  # the search is in the sidebar
    "show_toc_level": 2,
    "home_page_in_toc": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def inline_formula(page: HTML5Translator, node: nodes.math) -> None:
    page.body.append(tex2mathml(node.astext(), as_block=False))
    raise nodes.SkipNode


def formula(page: HTML5Translator, node: nodes.math_block) -> None:
    page.body.append(f'<div class="formula">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    # Browsers draw MathML themselves: no script, no fonts.
    app.add_html_math_renderer("mathml", inline_renderers=(inline_formula, None), block_renderers=(formula, None))
