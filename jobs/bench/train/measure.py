#!/usr/bin/env python3
"""Training by ntkw beside PINA, PyTorch and JAX; jobs/bench/train/run.sh calls it. See --help.

In a round every program does a short burst of steps, one after the other, in an order that is reversed from round to
round. A time is the median over the rounds, a ratio the median of the ratios within a round.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import cases
import report
from checks import check
from opponents import Entry, Failed, Ours, Python

SCOUTING = 2  # rounds after which the slow ways of an opponent are dropped
TOO_SLOW = 1.5  # times the fastest way of the same opponent with the same kind of weights
JAX_WAYS = [f"{derivatives}/{weights}" for weights in ("none", "each") for derivatives in ("nested", "jvp", "jet")]
JAX_WAYS += ["nested/jacrev"]
MORE_JAX_WAYS = ["jvp/jacrev", "jet/jacrev"]  # always slower than "each"; shown for the cases of the aims
KIND = {"none": "none", "each": "weights", "twice": "weights", "jacrev": "weights", "ntk": "weights",
        "traces": "traces"}
OUR_RULES = {"none": ("none", ""), "weights": ("gradient-share", "update_every = 1, alpha = 0.5"),
             "traces": ("ntk-trace", "update_every = 1, alpha = 0")}
MOST_BYTES_OF_POINT_GRADIENTS = 2e9


SLOW_STEP, ROUNDS_OF_SLOW = 700.0, 3  # ms; steps of this length are not repeated in every round
ONE_CORE_HOPELESS = 1.3  # times slower on one core: no single thread makes up for it


def is_headline(case):
    return case.problem == "wave" and case.points is cases.FEW and case.precision == "float32"


def start_process(process, entries):
    """Versions that it names. Failures are noted."""
    try:
        versions = process.start()
    except Failed as failure:
        for entry in entries:
            entry.failure = str(failure)
        return {}
    for entry in entries:
        entry.prepare()
    return versions


class Bench:
    def __init__(self, options, scratch):
        self.options, self.scratch, self.program = options, scratch, f"{options.build}/jobs/bench/train/bench_train"
        self.versions = {}

    def say(self, text):
        print(text, flush=True)

    def our_entries(self, case):
        entries = []
        for ranks in (2,) if self.options.short else (2, 1):
            for kind, (rule, schedule) in OUR_RULES.items():
                process = Ours(self.program, case, rule, schedule, ranks, self.scratch)
                entries.append(Entry("ntkw", rule, kind, ranks, process, "step", always=True))
        for kind, (rule, schedule) in OUR_RULES.items():
            process = Ours(self.program, case, rule, schedule, 2, self.scratch, "free")
            entries.append(Entry("ntkw free", rule, kind, 2, process, "step", always=True))
        alone = Ours(self.program, case, *OUR_RULES["none"], 2, self.scratch)  # its matrices count in no other's memory
        return entries + [Entry("products", "", "none", 2, alone, "products", always=True)]

    def torch_entries(self, case):
        hand, entries = Python("torch_child.py", case), []
        for threads in (2, 1):
            for way in ("none", "each", "twice"):
                entries.append(Entry("PyTorch", way, KIND[way], threads, hand, way))
        for way in ("none", "ntk"):
            process = Python("pina_child.py", case, variant=way)
            entries += [Entry("PINA", way, KIND[way], threads, process, way, always=threads == 2) for threads in (2, 1)]
        return entries

    def jax_entries(self, case, threads, ways):
        process = Python("jax_child.py", case, threads=threads, keep_compiled=self.options.keep_compiled)
        return [Entry("JAX", way, KIND[way.split("/")[1]], threads, process, way,
                      always=threads == 2 and way in ("nested/jacrev", "nested/traces")) for way in ways]

    def jax_ways(self, case):
        ways = JAX_WAYS + (MORE_JAX_WAYS if is_headline(case) else [])
        needed = max(case.points.values()) * case.n_parameters() * case.bytes_of_value()
        if needed <= MOST_BYTES_OF_POINT_GRADIENTS:
            return ways + ["nested/traces", "jvp/traces"]
        self.say(f"  left out: traces by JAX, whose gradients of {max(case.points.values())} points need "
                 f"{needed / 1e9:.1f} GB")
        return ways

    def start(self, entries):
        """Start and prepare everything: the processes side by side, the ways of each one after the other."""
        processes = {id(e.process): e.process for e in entries}
        own = [[e for e in entries if id(e.process) == key] for key in processes]
        with ThreadPoolExecutor(len(processes)) as pool:
            for versions in pool.map(start_process, processes.values(), own):
                self.versions |= versions

    def run_round(self, number, entries):
        for entry in entries if number % 2 == 0 else reversed(entries):
            slow = entry.times and median(entry.times.values()) > SLOW_STEP and len(entry.times) >= ROUNDS_OF_SLOW
            if entry.failure or entry.dropped or slow:
                continue
            try:
                guess = median(entry.times.values()) if entry.times else entry.run(1)
                steps = max(1, min(20000, round(1e3 * self.options.sample / guess)))
                entry.times[number] = guess if steps == 1 and not entry.times else entry.run(steps)
            except Failed as failure:
                entry.failure = str(failure)

    def drop_slow(self, entries):
        for entry in entries:
            rivals = [e for e in entries if (e.who, e.weights) == (entry.who, entry.weights) and e.times]
            if entry.times and not entry.always and len(entry.times) >= SCOUTING:
                best = min(median(e.times.values()) for e in rivals)
                entry.dropped = median(entry.times.values()) > TOO_SLOW * best

    def one_thread_of_jax(self, case, entries):
        """JAX with a single thread, for the ways that hardly lose when their two threads share one core."""
        ways = []
        for kind in OUR_RULES:
            running = [e for e in entries if (e.who, e.weights) == ("JAX", kind) and e.times and not e.failure]
            fastest = min(running, key=lambda e: median(e.times.values()), default=None)
            for entry in (e for e in running if e is fastest or e.always):
                together = median(entry.times.values())
                steps = max(1, round(1e3 * self.options.sample / together))
                if entry.process.run_on_one_core(entry.variant, steps) < ONE_CORE_HOPELESS * together:
                    ways.append(entry.way)
        added = self.jax_entries(case, 1, ways) if ways else []
        if added:
            self.start(added)
        return added

    def measure(self, case):
        entries = self.our_entries(case)
        try:
            self.start(entries[:1])
            if entries[0].failure:
                self.say(f"  skipped: {entries[0].failure}")
                return []
            entries += self.torch_entries(case) + self.jax_entries(case, 2, self.jax_ways(case))
            self.start(entries[1:])
            for number in range(self.options.rounds):
                if number == SCOUTING:
                    entries += self.one_thread_of_jax(case, entries)
                self.run_round(number, entries)
                if number + 1 >= SCOUTING:
                    self.drop_slow(entries)
        finally:
            for process in {id(e.process): e.process for e in entries}.values():
                process.close()
        for entry in entries:
            if entry.failure:
                self.say(f"  failed: {entry.who} {entry.way}, {entry.workers}: {entry.failure}")
        return [e for e in entries if e.times]

    def command_line(self, case):
        """ms of a step of `ntkw train` itself, from two runs of different length: starting and ending cancel."""
        few, many = (20, 220) if case.width >= 500 else (100, 2100)
        file = f"{self.scratch}/train.lua"
        with open(file, "w") as out:
            out.write(case.problem_file(*OUR_RULES["weights"]))
        seconds = []
        for steps in (few, many):
            start = time.perf_counter()
            subprocess.run(["mpirun", "-n", "2", f"{self.options.build}/src/cli/ntkw", "train", file,
                            "--steps", str(steps), "--out", f"{self.scratch}/train-{case.width}-{steps}",
                            "--checkpoint-every", "0"],
                           check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - start)
        return 1e3 * (seconds[1] - seconds[0]) / (many - few)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench-train", help="build folder of ntkw")
    parser.add_argument("--short", action="store_true", help="two small cases, few rounds: to see that it works")
    parser.add_argument("--check", action="store_true", help="compare losses, norms and traces instead of times")
    parser.add_argument("--only", default="", metavar="REGEX", help="only the cases whose name matches")
    parser.add_argument("--rounds", type=int, help="default 6, with --short 3")
    parser.add_argument("--sample", type=float, help="seconds of a burst, at least one step (default 0.25; short 0.1)")
    parser.add_argument("--keep-compiled", action="store_true", help="keep what JAX compiles for the next run")
    parser.add_argument("--csv", metavar="FILE", help="one line for everything measured")
    parser.add_argument("--markdown", metavar="FILE", help="the tables as Markdown")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.short else 6)
    options.sample = options.sample or (0.1 if options.short else 0.25)
    return options


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(options, scratch)
        if options.check:
            sys.exit(0 if check(bench.program, scratch) else 1)
        results, start = [], time.time()
        load = os.getloadavg()[0]
        if load > 0.5:
            bench.say(f"warning: the machine is not quiet, its load is {load:.2f}")
        for case in cases.SHORT_CASES if options.short else cases.CASES:
            if not re.search(options.only, case.name):
                continue
            bench.say(f"{case.name}, at {time.time() - start:.0f} s")
            entries = bench.measure(case)
            if not entries:
                continue
            train = bench.command_line(case) if is_headline(case) and not options.short else None
            results.append(report.Result(case, entries, train))
            bench.say(report.table(results[-1]))
        seconds = time.time() - start
    text = report.page(results, bench.versions, load, seconds, options)
    bench.say(report.summary(results))
    if options.csv:
        report.write_csv(results, options.csv)
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write(text)


if __name__ == "__main__":
    main()
