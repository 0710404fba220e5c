"""Programs that are given functions."""

from statistics import median, quantiles


def mean(numbers):
    return "this module's own mean"


def applied(function, *arguments):
    return function(*arguments)


def applied_first(functions):
    return functions[0]([1, 2, 6]), functions[0] is median


def twice(number):
    return 2 * number


def inner():
    def twice(number):
        return "the inner one"

    return twice


print(quantiles([1, 2]))
