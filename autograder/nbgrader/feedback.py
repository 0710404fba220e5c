"""Feedback pages as nbgrader's own, without what a learner must not see, and made quickly for a class."""

import html
from collections.abc import Iterator
from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbconvert.preprocessors import Preprocessor
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, List

from autograder.nbgrader import prose
from autograder.nbgrader.conversion import begin


class FeedbackExporter(HTMLExporter):
    """Makes feedback pages, and has nbgrader copy only plain files beside them.

    What most of a class hand in unchanged, the unit's own prose and code, is turned into HTML once.
    """

    optimistic_validation = Bool(True, help="Check the notebook once, not after each step").tag(config=True)

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)  # type: ignore[no-untyped-call]
        begin(self.parent)

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        yield from super().default_filters()  # type: ignore[no-untyped-call]
        yield from prose.FILTERS.items()

    def from_notebook_node(self, nb: Any, resources: Any = None, **keywords: Any) -> Any:
        """As HTMLExporter does, but for reading the page once more to label pictures: nbgrader's has no other use of it."""
        nbconvert: Any = self  # which has no annotations
        resources = nbconvert._init_resources(resources)
        shown = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        nbconvert.register_filter("filter_data_type", shown)
        return TemplateExporter.from_notebook_node(self, nb, resources, **keywords)


class RawAsText(Preprocessor):
    """nbconvert puts a raw cell into a page as it is: here it is text."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Any:
        if cell.cell_type == "raw":
            cell.source = html.escape(cell.source)
        return cell, resources


class HideHiddenChecks(ClearHiddenTests):  # type: ignore[misc]
    """Leaves out the hidden regions of grade cells in feedback pages, and touches nothing that learners wrote."""

    display_data_priority: Any = List().tag(config=True)  # the exporter sets it for every preprocessor

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> Any:
        if is_grade(cell) and not is_solution(cell):
            return super().preprocess_cell(cell, resources, cell_index)
        return cell, resources
