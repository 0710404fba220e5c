"""The laws of speed-up against theory, and their fits against points made from known parameters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep import laws

WORKERS = [1, 2, 4, 8, 16, 32]
shares = st.floats(0.0, 1.0)


@given(shares, st.integers(1, 10_000))
def test_amdahl_never_passes_one_over_the_serial_share(serial, p):
    assert laws.amdahl(p, serial) <= min(p, 1 / serial if serial else p) * (1 + 1e-9)


@given(shares)
def test_one_worker_has_speedup_one_under_every_law(serial):
    assert laws.amdahl(1, serial) == pytest.approx(1)
    assert laws.gustafson(1, serial) == pytest.approx(1)
    assert laws.universal_scalability(1, serial, serial) == pytest.approx(1)


@given(st.floats(0.0, 0.9), st.integers(2, 100))
def test_karp_flatt_gives_back_the_serial_share_that_amdahl_was_given(serial, p):
    assert laws.karp_flatt(laws.amdahl(p, serial), p) == pytest.approx(serial, abs=1e-9)


@given(shares)
def test_universal_scalability_without_coherence_is_amdahl(contention):
    assert laws.universal_scalability(WORKERS, contention, 0.0) == pytest.approx(laws.amdahl(WORKERS, contention))


def test_universal_scalability_has_its_maximum_where_gunther_says():
    p = np.arange(1, 200)
    curve = laws.universal_scalability(p, 0.02, 0.0004)
    assert p[np.argmax(curve)] == pytest.approx(np.sqrt((1 - 0.02) / 0.0004), abs=1)


@given(st.floats(1.0, 1e6), st.floats(0.001, 1.0), st.integers(1, 1000))
def test_brents_least_is_never_above_his_most_and_never_twice_below(work, depth, p):
    least, most = laws.brent(work, work * depth, p)
    assert least <= most * (1 + 1e-9)
    assert most <= 2 * least * (1 + 1e-9)


def test_a_fit_finds_the_serial_share_again():
    points = laws.amdahl(WORKERS, 0.07)
    assert laws.fit("amdahl", WORKERS, points).parameters["serial"].value == pytest.approx(0.07, abs=1e-4)
    scaled = laws.gustafson(WORKERS, 0.2)
    assert laws.fit("gustafson", WORKERS, scaled).parameters["serial"].value == pytest.approx(0.2, abs=1e-4)


def test_a_fit_finds_contention_and_coherence_again():
    fit = laws.fit("universal_scalability", WORKERS, laws.universal_scalability(WORKERS, 0.05, 0.001))
    assert fit.parameters["contention"].value == pytest.approx(0.05, abs=1e-3)
    assert fit.parameters["coherence"].value == pytest.approx(0.001, abs=1e-4)
    assert fit.curve([64])[0] == pytest.approx(laws.universal_scalability(64, 0.05, 0.001), rel=0.01)


def test_a_fit_is_told_in_percent_with_intervals_where_there_are_any():
    serial = laws.Parameter(0.051, 0.048, 0.055)
    assert laws.Fit("amdahl", {"serial": serial}, 5).sentence() == "Amdahl's law: serial 5.1 % (4.8 to 5.5 %)"
    alone = laws.Parameter(1e-15, 1e-15, 1e-15)
    whole = laws.fit("amdahl", [1, 2, 4], [1, 1, 1])
    assert whole.sentence() == "Amdahl's law: serial 100 %", "never as a power of ten"
    assert str(laws.Parameter(0.997, 0.994, 1.0)) == "100 % (99 to 100 %)"
    told = laws.Fit("universal_scalability", {"contention": serial, "coherence": alone}, 5).sentence()
    assert told == "The universal scalability law: contention 5.1 % (4.8 to 5.5 %), coherence 0 %"


def test_a_fit_of_noisy_points_stays_near():
    noise = np.random.default_rng(1).normal(1, 0.02, len(WORKERS))
    fit = laws.fit("amdahl", WORKERS, laws.amdahl(WORKERS, 0.1) * noise)
    assert fit.parameters["serial"].value == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize(("law", "too_few"), [("amdahl", 2), ("gustafson", 2), ("universal_scalability", 4)])
def test_too_few_points_are_never_fitted(law, too_few):
    with pytest.raises(ValueError, match="or more numbers of workers"):
        laws.fit(law, WORKERS[:too_few] * 3, [1.0] * too_few * 3)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"5 % is 0\.05"):
        laws.amdahl(2, 5)
    with pytest.raises(ValueError, match="at least 1, not 0"):
        laws.gustafson([1, 0], 0.1)
    with pytest.raises(ValueError, match="at least 2 workers"):
        laws.karp_flatt(1.0, 1)
    with pytest.raises(ValueError, match="no law 'moore'"):
        laws.fit("moore", WORKERS, WORKERS)
    with pytest.raises(ValueError, match="work is at least the span"):
        laws.brent(1, 2, 4)


NAN = float("nan")


@pytest.mark.parametrize(
    ("law", "words"),
    [
        (lambda: laws.amdahl(NAN, 0.1), "at least 1, not nan"),
        (lambda: laws.amdahl([1, NAN], 0.1), "at least 1, not nan"),
        (lambda: laws.amdahl(2, NAN), "between 0 and 1, not nan"),
        (lambda: laws.karp_flatt(NAN, 2), "above 0, not nan"),
        (lambda: laws.karp_flatt([1.5, 0.0], [2, 3]), "above 0, not 0"),
        (lambda: laws.universal_scalability(4, NAN, 0), "at least 0, not nan and 0"),
        (lambda: laws.universal_scalability(4, 0, -1), "at least 0, not 0 and -1"),
        (lambda: laws.brent(10, NAN, 2), "not work 10 and span nan"),
        (lambda: laws.brent(NAN, 1, 2), "not work nan and span 1"),
        (lambda: laws.fit("amdahl", [1, 2, 4], [1, 2]), "3 of the one and 2 of the other"),
        (lambda: laws.fit("amdahl", [1, 2, 4], [1, 2, NAN]), "ordinary numbers, at least 0, not nan"),
        (lambda: laws.fit("amdahl", [1, 2, NAN], [1, 2, 3]), "at least 1, not nan"),
        (lambda: laws.fit("amdahl", [1, 2, float("inf")], [1, 2, 3]), "ordinary numbers, at least 0, not inf"),
    ],
)
def test_what_is_no_number_is_refused_in_words(law, words):
    with pytest.raises(ValueError, match=words):
        law()
