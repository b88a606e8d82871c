#!/usr/bin/env python3
"""Inject the faults of clusters into training runs, and check that no data are lost.

For each fault, a run on 1 to 4 ranks with a checkpoint every 4 steps meets it. Then another run, on another number of
ranks, continues with --resume. After the fault, the newest published checkpoints must exist and be good (checked
without the library). The next run must continue from the newest one, remove leftovers, and end with the last checkpoint
of an uninterrupted run, in every byte. No run may hang. A seeded generator draws the faults, so a failure can be
repeated: --seed and --only name it.
"""
import argparse
import collections
import os
import random
import shutil
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True

from checkpoints import good_steps, is_good, leftovers, listing, paths, read
from kinds import KINDS, NEEDS, POINTS, REPORTED, UNHARMED
from trouble import Trouble, require
from places import Place, mounts_are_allowed
from runs import KEEP, STEPS, Programs, Run

MOST_RANKS = 4
DRAWS = 6  # of a fault that came too late, or met nothing


class Case:
    """What a kind of fault may know."""

    def __init__(self, ranks, calls, places, programs):
        self.ranks, self.calls, self.places, self.programs = ranks, calls, places, programs


class Tester:
    def __init__(self, programs):
        self.programs = programs
        self.final, self.calls, self.places = {}, {}, {}
        self.locks = False  # does a run lock its folder?

    def prepare(self):
        """The uninterrupted runs: their last checkpoints, and the calls that they make."""
        for ranks in range(1, MOST_RANKS + 1):
            folder = os.path.join(self.programs.scratch, f"whole-{ranks}")
            run = Run(self.programs, ranks, folder)
            run.wait_for_publications(2)
            self.locks = any("lock" in name for name in listing(folder))
            require(run.finish() and run.code() == 0, "an uninterrupted run failed:\n" + run.said())
            self.final[ranks] = read(paths(folder)[STEPS])
            require(is_good(self.final[ranks]), "an uninterrupted run ended with a bad checkpoint")
            self.calls[ranks] = [(r, c, p, n) for r, _, c, p, n in run.events("call")]
        if mounts_are_allowed():
            places = (Place(kind, self.programs.scratch) for kind in ("tmpfs", "ext4"))
            self.places = {place.kind: place for place in places if place.usable}

    def close(self):
        for place in self.places.values():
            place.close()

    def kinds(self):
        there = {"", *self.places, *(["lock"] if self.locks else [])}
        return [name for name, kind in KINDS.items() if NEEDS.get(kind, "") in there]

    def check_ending(self, run, fault):
        """A run that was not killed tells what it met, and leaves no temporary file, or ends well."""
        said = run.said()
        require(run.code() not in (134, 136, 139, -11, -6), f"the run crashed with code {run.code()}:\n{said}")
        require(fault.ends != UNHARMED or run.code() == 0, f"the run ended with {run.code()}:\n{said}")
        if fault.ends == REPORTED and run.code() != 0:
            require(run.code() == 4, f"exit code {run.code()} instead of 4:\n{said}")
            require(any(word in said for word in fault.words), f"no {fault.words} in what it said:\n{said}")
            if not fault.leaves_files:
                require(not leftovers(run.folder), f"it left {leftovers(run.folder)}:\n{said}")

    def check_kept(self, folder, published, lost=frozenset()):
        """The newest checkpoints that were published are there and good."""
        good = good_steps(folder)
        published = published | good  # a limit on file sizes holds for the ranks' notes, too
        expected = set(sorted(published, reverse=True)[:KEEP]) - lost
        require(expected <= good, f"published {sorted(published)}, of which {sorted(expected - good)} is lost")
        return good

    def check_continued(self, folder, ranks, good, lost, final):
        """lost: damaged checkpoints, which must be named. final: what the last checkpoint must be."""
        run = Run(self.programs, ranks, folder, name="next")
        require(run.finish(), "the next run hangs:\n" + run.said())
        said = run.said()
        require(run.code() == 0, f"the next run ended with {run.code()}:\n{said}")
        words = f"at step {max(good)}\n" if good else "starting from step 0"
        require(words in said, f'the next run did not say "{words.strip()}":\n{said}')
        for step in lost:
            require(step < max(good) or f"step-{step:010d}.h5" in said, f"skipped step {step} without a word:\n{said}")
        require(not leftovers(folder), f"the next run left {leftovers(folder)}")
        require(read(paths(folder)[STEPS]) == final, f"another final state on {ranks} ranks")
        require(len(good_steps(folder)) <= KEEP, "more checkpoints are kept than asked for")

    def try_fault(self, kind, draw):
        """False if the run ended before the fault met it."""
        ranks = draw.randint(1, MOST_RANKS)
        fault = KINDS[kind](Case(ranks, self.calls[ranks], self.places, self.programs), draw)
        folder = fault.place.folder if fault.place else os.path.join(self.programs.scratch, "folder")
        shutil.rmtree(folder, ignore_errors=True)
        self.what = f"{ranks} ranks, {fault.plan or fault.point}"
        try:
            run = Run(self.programs, ranks, folder, fault.plan)
            fault.during(run)
            require(run.finish(), "the run hangs:\n" + run.said())
            self.check_ending(run, fault)
        finally:
            fault.repair(folder)
        met = bool(run.events("fault")) if fault.plan else fault.happened or run.code() != 0
        good = self.check_kept(folder, run.published(), fault.lost)
        ended_well = STEPS in good or STEPS in fault.lost  # lost: damaged on purpose after the run
        require(run.code() != 0 or ended_well, "the run ended with 0 without its last checkpoint")
        next_ranks = draw.randint(1, MOST_RANKS)
        writer = ranks if STEPS in good else next_ranks  # of the last checkpoint, which says how many ranks it is of
        self.check_continued(folder, next_ranks, good, fault.lost, self.final[writer])
        self.point = fault.point
        shutil.rmtree(folder, ignore_errors=True)
        return met


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", type=int, help="how many faults, of every kind in turn")
    parser.add_argument("--ntkw", required=True, help="the program")
    parser.add_argument("--injector", required=True, help="the object that is preloaded")
    parser.add_argument("--mpiexec", default="mpirun")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", default="", help="only kinds with this in their names")
    parser.add_argument("--only", type=int, help="this one of the faults")
    parser.add_argument("--scratch", help="where to work; it is kept")
    return parser.parse_args()


def work(asked, tester):
    counts, points, failures = collections.Counter(), collections.Counter(), 0
    kinds = tester.kinds()
    for name in KINDS:
        if name not in kinds:
            print(f"not possible here: {name}")
    kinds = [name for name in kinds if asked.kind in name]
    if not kinds:
        sys.exit(f"no kind that is possible here has {asked.kind!r} in its name")
    order = random.Random(asked.seed).sample(kinds, len(kinds))
    numbers = range(2 * asked.number) if asked.only is None else [asked.only]  # some come too late, however often
    for number in numbers:
        if sum(counts.values()) + failures == asked.number:
            break
        kind, draw = order[number % len(order)], random.Random(f"{asked.seed} {number}")
        try:
            if any(tester.try_fault(kind, draw) for _ in range(DRAWS)):
                counts[kind] += 1
                if tester.point and "bytes" not in tester.point:
                    points[tester.point] += 1
        except Trouble as trouble:
            failures += 1
            print(f"FAILED: fault {number} of seed {asked.seed}: {kind}, {tester.what}: {trouble}", flush=True)
    return counts, points, failures


def report(counts, points):
    for name in KINDS:
        if counts[name]:
            print(f"{counts[name]:5d}  {name}")
    print("of these, at points of writing:")
    for name in sorted(points):
        print(f"{points[name]:5d}  {name}" + (f" ({POINTS[name]})" if name in POINTS else ""))


def main():
    asked, started = options(), time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # not without clearing up
    scratch = asked.scratch or tempfile.mkdtemp(prefix="ntkw-faults-")
    tester = Tester(Programs(asked.ntkw, asked.mpiexec, asked.injector, scratch))
    try:
        tester.prepare()
        counts, points, failures = work(asked, tester)
    finally:
        tester.close()
        if not asked.scratch:
            shutil.rmtree(scratch, ignore_errors=True)
    report(counts, points)
    print(f"{sum(counts.values())} faults, {failures} failures, in {time.monotonic() - started:.0f} s: "
          + ("something was lost" if failures else "nothing was lost"))
    return failures > 0 or not counts


sys.exit(main())
