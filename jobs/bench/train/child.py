"""The opponent's side of the protocol with measure.py: a line of JSON for every line read.

    {"do": "prepare", "variant": V}                 compile, one step          -> {"seconds": s, "peak_mb": m}
    {"do": "go", "variant": V, "steps": n, ...}     n steps                    -> {"ms": of one step, "peak_mb": m}
                                                    (with "threads", or all threads on so many "cores")
    {"do": "check", "variant": V}                   values for what was given  -> {"losses": [...], ...}

An opponent gives a class with prepare(variant), run(variant, steps, threads) -> seconds, check(variant) -> dict.
This module and cases import no library that counts the cores as it is loaded: keep_to_cores may come first.
"""

import json
import os
import sys
import time

ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # what libraries print is not an answer


def peak_mb():
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def forget_peak():
    """From here on the peak is counted anew, where the kernel allows it."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def answer(**values):
    print(json.dumps(values), file=ANSWERS, flush=True)


def next_order():
    line = sys.stdin.readline()
    return json.loads(line) if line else {"do": "quit"}


def settings():
    """The case and what was given with it, from the command line: one JSON object."""
    from cases import Case

    given = json.loads(sys.argv[1])
    return Case(**given["case"]), given


def parameters_and_points(case, given):
    """What was given, or else random ones."""
    import cases
    import numpy

    if "parameters" in given:
        return cases.given_parameters(case, given["parameters"]), cases.given_points(case, given["points"])
    random = numpy.random.default_rng(1)
    return cases.random_parameters(case, random), cases.random_points(case, random)


class Opponent:
    """One whose variants all live in this process: new(name) makes one, and its one() takes a step."""

    first_steps = 1  # of a new variant, which may compile in them

    def __init__(self, case, given):
        self.params, self.points = parameters_and_points(case, given)
        self.variants = {}

    def use(self, threads):
        """Called before the steps if their number of threads was ordered."""

    def finish(self, variant):
        """Return when the steps that were asked for are really done."""

    def prepare(self, name):
        self.variants[name] = self.new(name)
        self.run(name, self.first_steps, None)

    def run(self, name, steps, threads):
        if threads:
            self.use(threads)
        variant, start = self.variants[name], time.perf_counter()
        for _ in range(steps):
            variant.one()
        self.finish(variant)
        return time.perf_counter() - start


CORES = sorted(os.sched_getaffinity(0))


def keep_to_cores(n):
    """All threads of this process. Called before a library counts the cores, it decides how many threads there are."""
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), CORES[:n])


def serve(opponent, versions):
    answer(versions=versions)
    while (order := next_order())["do"] != "quit":
        variant = order.get("variant")
        try:
            if order["do"] == "prepare":
                forget_peak()
                start = time.perf_counter()
                opponent.prepare(variant)
                answer(seconds=time.perf_counter() - start, peak_mb=peak_mb())
            elif order["do"] == "go":
                if "cores" in order:
                    keep_to_cores(order["cores"])
                seconds = opponent.run(variant, order["steps"], order.get("threads"))
                if "cores" in order:
                    keep_to_cores(len(CORES))
                answer(ms=1e3 * seconds / order["steps"], peak_mb=peak_mb())
            else:
                answer(**opponent.check(variant))
        except Exception as error:  # this variant is out; the others go on
            answer(error=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
