"""`explore`: a program of processes on every one of its interleavings."""
