"""Our grading inside the library nbgrader: its configuration and steps, the gradebook, a whole class at once."""
