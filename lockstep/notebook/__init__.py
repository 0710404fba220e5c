"""The notebook as a program: its definitions as a module, its child processes, its kernel."""
