"""The machine that this program runs on: its CPUs, its processes, its interrupts."""
