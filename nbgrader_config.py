"""nbgrader's configuration of this course: our grading in the place of its `Execute`, everything else its own."""

from autograder.nbgrader.plugin import configure

c = get_config()  # noqa: F821 - nbgrader defines it
configure(c)
