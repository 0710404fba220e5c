"""What runs inside the sandbox, and nothing else of the grader does: it holds no check, reference or verdict."""
