"""`python -m benchmarks.models`: computing, waiting and both in every model that this Python has; which model is best for which?"""

from __future__ import annotations

import sys

from benchmarks import options
from benchmarks.comparing.rounds import side_by_side, summary
from benchmarks.programs.models import ask, ask_and_compute, compute, models, server

WORK = {"computing": compute, "waiting": ask, "both": ask_and_compute}


def measure(tiny: bool, rounds: int) -> dict[str, dict[str, float]]:
    """Median seconds by kind of work and model. Raises SystemExit if a model gives other results than a loop."""
    found: dict[str, dict[str, float]] = {}
    with server() as port:
        for kind, work in WORK.items():
            items = [(port, 2_000 if tiny else 30_000 + 200 * place) for place in range(2 if tiny else 20)]
            right = [work(item) for item in items]

            def run(model, work=work, items=items, right=right):
                if model(work, items) != right:
                    raise SystemExit(f"{model}: other results than a loop")

            cases = {name: (lambda model=model, run=run: run(model)) for name, model in models().items()}
            found[kind] = {name: summary(times)[0] for name, times in side_by_side(cases, rounds).items()}
    return found


def main() -> int:
    given = options("models", __doc__).parse_args()
    found = measure(given.tiny, 1 if given.tiny else 3)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    print(f"Python {version}, median milliseconds for 20 blocks of primes, 20 questions of 50 ms, 20 of both\n")
    print(f"{'':26}" + "".join(f"{kind:>12}" for kind in WORK))
    for name in found["computing"]:
        row = [
            f"{found[kind][name] * 1_000:>11.0f}{'*' if name == min(found[kind], key=found[kind].get) else ' '}"
            for kind in WORK
        ]
        print(f"{name:26}" + "".join(row))
    told = [
        f"{kind} {found[kind]['a loop'] / min(found[kind].values()):.1f} times ({min(found[kind], key=found[kind].get)})"
        for kind in WORK
    ]
    print(f"\nin short: on Python {version}, faster than a loop at best: {', '.join(told)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
