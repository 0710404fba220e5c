"""What is told where a check cannot work with the value that came: which kind of value it is, and which was asked for."""

import re

from lockstep.student.shown import shown

_ASKED = (  # what Python says, and what that means about the value
    (r"not iterable|cannot unpack|has no len\(\)|not subscriptable|list indices|argument after \*", "several values, such as a list or a tuple"),
    (r"has no attribute '(items|keys|values|get)'", "a dict"),
    (r"has no attribute '(append|sort|index|count)'", "a list"),
    (r"has no attribute '(strip|split|lower|upper|startswith|endswith|encode|splitlines)'", "text"),
    (r"has no attribute 'decode'", "bytes"),
    (r"not supported between|unsupported operand|bad operand|must be real number|can't multiply|int\(\)|float\(\)|"
     r"could not convert|cannot be interpreted as an integer|too large to convert|float too large", "a number of usual size"),
    (r"unhashable type", "what a set or a dict can hold"),
    (r"not enough values|too many values", "another number of values"),
    (r"truth value of an array", "a list, not an array"),
)  # fmt: skip


def message_of(error: Exception) -> str:
    """What the exception says; "" where it holds a number that is too long to be written."""
    try:
        return str(error)
    except ValueError:
        return ""


def unusable(error: Exception, what: str, came: str) -> str:
    """`what` is the call that gave the value, `came` what it did: "returned 5"; both "" where nothing was called."""
    if not what:
        return f"the check could not work with what came ({type(error).__name__}: {message_of(error)[:300]})"
    match error:
        case KeyError():
            return f"`{what}` {came}, where the key {shown(error.args[0] if error.args else None)[:100]} is needed"
        case IndexError():
            return f"`{what}` {came}, which has too few items"
        case RecursionError():
            return f"`{what}` {came}, which is nested too deeply for the check"
        case MemoryError():
            return f"`{what}` {came}, which is too large for the check"
    said = message_of(error)[:1_000]
    asked = next((kind for words, kind in _ASKED if re.search(words, said)), "")
    if asked:
        return f"`{what}` {came}; what is needed there is {asked}"
    return f"`{what}` {came}, and the check cannot work with that ({type(error).__name__}: {said[:200]})"
