"""Beginnings of attacks: calls of the C library, and attempts whose failure is what should happen."""

CALLS = """
import ctypes, os
def libc():
    return ctypes.CDLL(None, use_errno=True)
def outcome(result):
    return "held" if result < 0 else "through"
"""

TRY = """
def attempt(action):
    try:
        action()
    except (OSError, ValueError, ImportError, EOFError):
        return "held"
    return "through"
"""
