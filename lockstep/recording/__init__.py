"""`timeline`: a bar a process, what each one was doing."""
