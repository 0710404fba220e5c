"""The programs whose makespans are predicted and measured, each with its size and what it is bound by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.programs import predicted, predicted_patterns, predicted_searches

COMPUTE, BARRIER, MESSAGES, MEMORY, CROWDED, STARTS = "compute", "barrier", "messages", "memory", "crowded", "starts"
SEARCH = "search"  # how much is computed depends on who finds what first


class Row(NamedTuple):
    """A program, its size, and what it is bound by."""

    name: str
    function: Callable[[int, int], Any]
    serial: Callable[[int], Any]
    size: int
    bound: str


ROWS = (
    Row("Mandelbrot, asymmetric", predicted.mandelbrot, predicted.mandelbrot_serial, 500, COMPUTE),
    Row("Monte Carlo pi", predicted.monte_carlo, predicted.monte_carlo_serial, 6_000_000, COMPUTE),
    Row("primes, static", predicted.primes_static, predicted.primes_serial, 320_000, COMPUTE),
    Row("primes, dynamic", predicted.primes_dynamic, predicted.primes_serial, 320_000, COMPUTE),
    Row("merge sort", predicted.merge_sort, predicted.merge_sort_serial, 300_000, COMPUTE),
    Row("Jacobi, barrier", predicted.jacobi, predicted.jacobi_serial, 1_000, BARRIER),
    Row("pipeline, bounded queues", predicted.pipeline, predicted.pipeline_serial, 4_000, MESSAGES),
    Row("word count", predicted.word_count, predicted.word_count_serial, 4_000, COMPUTE),
    Row("Mandelbrot, 4 workers a core", predicted.mandelbrot_crowded, predicted.mandelbrot_serial, 500, CROWDED),
    Row("triad, memory-bound", predicted.triad, predicted.triad_serial, 4_000_000, MEMORY),
    Row("sample sort", predicted_searches.sample_sort, predicted_searches.sample_sort_serial, 400_000, COMPUTE),
    Row(
        "breadth-first search",
        predicted_searches.breadth_first,
        predicted_searches.breadth_first_serial,
        1_024,
        COMPUTE,
    ),
    Row(
        "pi in chunks, NumPy",
        predicted_searches.pi_in_chunks,
        predicted_searches.pi_in_chunks_serial,
        120_000_000,
        COMPUTE,
    ),
    Row("life, halo by pipes", predicted_searches.life, predicted_searches.life_serial, 320, MESSAGES),
    Row("sum of squares", predicted_patterns.add_squares, predicted_patterns.add_squares_serial, 18_000_000, COMPUTE),
    Row("reduce in shares", predicted_patterns.reduce_in_shares, predicted_patterns.reduce_serial, 1_000, COMPUTE),
    Row("scan in shares", predicted_patterns.scan_in_shares, predicted_patterns.scan_serial, 600, COMPUTE),
    Row("pack in shares", predicted_patterns.pack_in_shares, predicted_patterns.pack_serial, 1_000, COMPUTE),
    Row(
        "matrix product in blocks",
        predicted_patterns.matrix_product,
        predicted_patterns.matrix_product_serial,
        2_048,
        COMPUTE,
    ),
    Row(
        "branch and bound", predicted_searches.branch_and_bound, predicted_searches.branch_and_bound_serial, 600, SEARCH
    ),
    Row("starts of processes", predicted.starts, predicted.starts_serial, 60, STARTS),
)

SPREAD = (ROWS[0], ROWS[1], ROWS[3], ROWS[4], ROWS[5])  # whose work / makespan is compared from run to run
