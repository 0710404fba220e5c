"""Every simulated process has a `numpy.random` of its own, as it has a `random`."""

import numpy as np
import pytest

from lockstep.standin.timed.numpy_random import NumpyRandom
from tests.simulation.virtual import simulated

DRAWING = """
    import numpy as np

    def draw(q, seed, pause):
        if seed:
            np.random.seed(seed)
        drawn = []
        for _ in range(5):
            drawn += [float(np.random.{}), float(np.random.randint(1000)), float(np.random.default_rng().random())]
            time.sleep(pause)
        q.put((seed, drawn))

    def main(seeds, pause):
        q = mp.Queue()
        processes = [mp.Process(target=draw, args=(q, seed, pause)) for seed in seeds]
        for process in processes:
            process.start()
        drawn = [q.get() for _ in processes]
        for process in processes:
            process.join()
        return sorted(drawn)
"""


@pytest.mark.parametrize("method", ["rand()", "randn()"])
def test_processes_that_draw_in_turns_do_not_disturb_each_other(method):
    found = simulated(DRAWING.format(method), [1, 2], 0.5)
    for seed, drawn in found.result:
        numbers = np.random.RandomState(seed)
        expected = [(float(getattr(numbers, method[:-2])()), float(numbers.randint(1000))) for _ in range(5)]
        assert list(zip(drawn[::3], drawn[1::3], strict=True)) == expected


def test_draws_without_a_seed_repeat_and_differ_between_processes():
    found = simulated(DRAWING.format("rand()"), [0, 0], 0.5).result
    assert simulated(DRAWING.format("rand()"), [0, 0], 0.5).result == found
    (_, one), (_, another) = found
    assert not set(one[::3]) & set(another[::3])
    assert not set(one[2::3]) & set(another[2::3]), "nor do generators without a seed draw the same"


def test_what_was_outside_is_there_again():
    np.random.seed(3)
    np.random.randn()
    before, bits = np.random.get_state(legacy=False), np.random.bit_generator.randbits
    simulated(DRAWING.format("randn()"), [1, 2], 0.5)
    after = np.random.get_state(legacy=False)
    assert np.array_equal(before["state"]["key"], after["state"]["key"])
    assert (before["gauss"], before["has_gauss"]) == (after["gauss"], after["has_gauss"])
    assert np.random.bit_generator.randbits is bits


def test_a_state_that_is_not_used_is_not_kept():
    given = NumpyRandom()
    for process in ("0", "0.1", "0", "0.1"):
        given.give_to(process)
        if process == "0":
            np.random.rand()
    assert set(given._states) == {"0"}
    given.restore()
