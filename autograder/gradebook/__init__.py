"""A class from submissions to feedback in one command: judged, entered into nbgrader's gradebook, pages written."""
