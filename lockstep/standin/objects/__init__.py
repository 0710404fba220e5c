"""The objects of `multiprocessing` that programs share, one kind a module."""
