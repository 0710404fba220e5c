"""Programs whose results cannot leave their process, and one that has none."""


def generator():
    yield 1


def function():
    return generator


def nothing():
    return None
