"""The states that a program can come to, and the ways through them: pure data, on the side that checks."""
