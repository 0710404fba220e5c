"""A program that looks again and again at an Event that nobody sets."""

import multiprocessing


def is_watched(times):
    event = multiprocessing.Event()
    while times and not event.is_set():
        times -= 1
