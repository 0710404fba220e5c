"""Feedback pages as nbgrader's own, without what a learner must not see, and made quickly for a class."""

from functools import lru_cache
from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, List

from autograder.nbgrader.conversion import begin

_KEPT = 2_000  # texts of cells as HTML, some kilobytes each


class FeedbackExporter(HTMLExporter):
    """Makes feedback pages, and has nbgrader copy only plain files beside them.

    What most of a class hand in unchanged, the unit's own code, is turned into HTML once.
    """

    optimistic_validation = Bool(True, help="Check the notebook once, not after each step").tag(config=True)

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)  # type: ignore[no-untyped-call]
        self._code = lru_cache(_KEPT)(Highlight2HTML(parent=self))
        begin(self.parent)

    def from_notebook_node(self, nb: Any, resources: Any = None, **keywords: Any) -> Any:
        """As HTMLExporter does, but for reading the page once more to label pictures: nbgrader's has no other use of it."""
        known = nb.metadata.get("language_info", {})
        lexer = known.get("pygments_lexer") or known.get("name") or "ipython3"
        nbconvert: Any = self  # which has no annotations
        resources = nbconvert._init_resources(resources)
        shown = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        nbconvert.register_filter(
            "highlight_code", lambda source, language="", metadata=None: self._code(source, language or lexer)
        )
        nbconvert.register_filter("filter_data_type", shown)
        return TemplateExporter.from_notebook_node(self, nb, resources, **keywords)


class HideHiddenChecks(ClearHiddenTests):  # type: ignore[misc]
    """Leaves out the hidden regions of grade cells in feedback pages, and touches nothing that learners wrote."""

    display_data_priority: Any = List().tag(config=True)  # the exporter sets it for every preprocessor

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> Any:
        if is_grade(cell) and not is_solution(cell):
            return super().preprocess_cell(cell, resources, cell_index)
        return cell, resources
