#!/usr/bin/env python3
"""Training by ntkw beside PINA, PyTorch and JAX; jobs/bench/train/run.sh calls it. See --help.

In a round everything that takes part does a short burst of steps, one after the other, in an order that turns round
from one round to the next; a time is the median over the rounds, a ratio the median of the ratios within a round.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from statistics import median

import cases
import report
from checks import check
from opponents import Entry, Failed, Ours, Python

SCOUTING = 2  # rounds after which the slow ways of an opponent are dropped
TOO_SLOW = 1.5  # times the fastest way of the same opponent with the same kind of weights
JAX_WAYS = [f"{derivatives}/{weights}" for weights in ("none", "each", "jacrev") for derivatives in ("nested", "jvp", "jet")]
KIND = {"none": "none", "each": "weights", "twice": "weights", "jacrev": "weights", "ntk": "weights", "traces": "traces"}
OUR_RULES = {"none": ("none", ""), "weights": ("gradient-share", "update_every = 1, alpha = 0.5"),
             "traces": ("ntk-trace", "update_every = 1, alpha = 0")}
MOST_BYTES_OF_POINT_GRADIENTS = 2e9


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
        entries.append(Entry("products", "", "none", 2, entries[0].process, "products", always=True))
        return entries

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
        process = Python("jax_child.py", case, threads=threads)
        return [Entry("JAX", way, KIND[way.split("/")[1]], threads, process, way,
                      always=threads == 2 and way in ("nested/jacrev", "nested/traces")) for way in ways]

    def jax_ways(self, case):
        needed = max(case.points.values()) * case.n_parameters() * case.bytes_of_value()
        if needed <= MOST_BYTES_OF_POINT_GRADIENTS:
            return JAX_WAYS + ["nested/traces", "jvp/traces"]
        self.say(f"  left out: traces by JAX, whose gradients of {max(case.points.values())} points need "
                 f"{needed / 1e9:.1f} GB")
        return JAX_WAYS

    def start(self, entries):
        """Wait for the processes, then prepare everything, several processes at a time."""
        for process in {id(e.process): e.process for e in entries}.values():
            try:
                self.versions |= {k: v for k, v in process.start().items() if isinstance(v, str) and k != "rule"}
            except Failed as failure:
                for entry in entries:
                    if entry.process is process:
                        entry.failure = str(failure)
        waiting = [e for e in entries if not e.failure]
        while waiting:
            first = list({id(e.process): e for e in reversed(waiting)}.values())  # the first one of each process
            for entry in first:
                entry.prepare()
            for entry in first:
                entry.finish_preparing()
            waiting = [e for e in waiting if all(e is not f for f in first)]

    def run_round(self, number, entries):
        for entry in entries if number % 2 == 0 else reversed(entries):
            if entry.failure or entry.dropped:
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
        ways = [e.way for e in entries if e.who == "JAX" and e.workers == 2 and not e.failure and not e.dropped]
        added = self.jax_entries(case, 1, ways)
        self.start(added)
        return added

    def measure(self, case):
        entries = self.our_entries(case)
        try:
            self.start(entries[:1])
            if entries[0].failure:
                self.say(f"  skipped: {entries[0].failure}")
                return []
            others = self.torch_entries(case) + self.jax_entries(case, 2, self.jax_ways(case))
            entries += others
            self.start([e for e in entries[1:] if e.process is not entries[0].process])
            self.start_products(entries)
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

    def start_products(self, entries):
        for entry in entries:
            if entry.who == "products":
                entry.prepare()
                entry.finish_preparing()

    def command_line(self, case):
        """ms of a step of `ntkw train` itself, from two runs of different length: starting and ending cancel."""
        few, many = (20, 220) if case.width >= 500 else (100, 2100)
        file = f"{self.scratch}/train.lua"
        with open(file, "w") as out:
            out.write(case.problem_file(*OUR_RULES["weights"]))
        seconds = []
        for steps in (few, many):
            start = time.perf_counter()
            subprocess.run(["mpirun", "-n", "2", f"{self.options.build}/src/cli/ntkw", "train", file, "--steps", str(steps),
                            "--out", f"{self.scratch}/train-{case.width}-{steps}", "--checkpoint-every", "0"],
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
    parser.add_argument("--csv", metavar="FILE", help="one line for everything measured")
    parser.add_argument("--results", metavar="FILE", help="the tables as Markdown")
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
            headline = not options.short and case.problem == "wave" and case.points is cases.FEW
            train = bench.command_line(case) if headline and case.precision == "float32" else None
            results.append(report.Result(case, entries, train))
            bench.say(report.table(results[-1]))
        seconds = time.time() - start
    text = report.page(results, bench.versions, load, seconds, options)
    bench.say(report.summary(results))
    if options.csv:
        report.write_csv(results, options.csv)
    if options.results:
        with open(options.results, "w") as file:
            file.write(text)


if __name__ == "__main__":
    main()
