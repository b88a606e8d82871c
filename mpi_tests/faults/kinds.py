"""The kinds of fault. Each is a function of a Case and a generator of random numbers. It plans the fault, and sets what
happens during the run, what is repaired before the next run, and how the run may end."""
import os
import time

from checkpoints import good_steps, listing, paths
from runs import EVERY, STEPS, Run
from trouble import require

KILLED, REPORTED, UNHARMED = "killed", "reported", "unharmed"
REASONS = {
    "ENOSPC": "No space left on device",
    "EIO": "Input/output error",
    "EROFS": "Read-only file system",
    "EDQUOT": "Disk quota exceeded",
}
FILES = STEPS // EVERY + 1  # that a run publishes: the checkpoints and the solution


class Fault:
    """What a kind decides. `ends`: KILLED; REPORTED with the reason in `words` (or not at all, if the run could do
    without the call); UNHARMED."""

    def __init__(self, ends, plan=None, words=()):
        self.ends, self.plan, self.words = ends, plan, words
        self.leaves_files = False  # as they cannot be removed
        self.happened = False
        self.during = lambda run: None
        self.repair = lambda folder: None
        self.place = None
        self.point = ""
        self.lost = set()  # steps that the fault itself has damaged


def planned(case, draw, action, ends, words=(), points=None, when=None, **more):
    """At a call that the recorded run of as many ranks has made: first the point is drawn, then one of its calls."""
    by_point = {}
    for rank, checkpoint, point, call in case.calls:
        if points is None or point in points:
            by_point.setdefault(point, []).append((rank, checkpoint, call))
    point = draw.choice(sorted(by_point))
    rank, checkpoint, call = draw.choice(by_point[point])
    plan = {"POINT": point, "RANK": rank, "CHECKPOINT": checkpoint, "CALL": call, "ACTION": action}
    plan["WHEN"] = when or draw.choice(["before", "after"])
    plan.update(more)
    fault = Fault(ends, plan, words)
    fault.point = plan["WHEN"] + " " + point
    fault.leaves_files = action == "vanish" or "FROM_THEN" in more or "delete" in point
    return fault


def kill_rank_at_point(case, draw):
    return planned(case, draw, "kill-rank", KILLED)


def kill_all_at_point(case, draw):
    return planned(case, draw, "kill-all", KILLED)


def kill_launcher_at_point(case, draw):
    return planned(case, draw, "kill-launcher", KILLED)


def at_random_instant(draw, kill):
    fault = Fault(KILLED)
    after, pause = draw.randrange(FILES - 2), draw.uniform(0, 0.03)

    def during(run):
        if run.wait_for_publications(after):
            time.sleep(pause)
            kill(run)

    fault.during = during
    return fault


def kill_rank_at_random(case, draw):
    rank = draw.randrange(case.ranks)
    return at_random_instant(draw, lambda run: run.kill(rank))


def kill_all_at_random(case, draw):
    return at_random_instant(draw, lambda run: run.kill("all"))


def kill_launcher_at_random(case, draw):
    return at_random_instant(draw, lambda run: run.kill(-1 << 30, launcher=True))


def kill_everything_at_random(case, draw):
    return at_random_instant(draw, lambda run: run.kill("all", launcher=True))


def full_at_a_write(case, draw):
    """One call finds no room: the next one would."""
    error = draw.choice(["ENOSPC", "EDQUOT"])
    points = ["create", "reserve", "truncate", "structure", "values", "user-block", "sync", "rename"]
    return planned(case, draw, error, REPORTED, [REASONS[error]], points, "before")


def full_from_then_on(case, draw):
    points = ["create", "reserve", "structure", "values", "user-block", "rename", "other-open"]
    return planned(case, draw, "ENOSPC", REPORTED, [REASONS["ENOSPC"]], points, "before", FROM_THEN=1, RANK=-1)


def error_at_a_call(case, draw):
    return planned(case, draw, "EIO", REPORTED, [REASONS["EIO"]], None, "before")


def rank_cannot_write(case, draw):
    return planned(case, draw, "EIO", REPORTED, [REASONS["EIO"]], None, "before", FROM_THEN=1)


def full_place(case, draw, kind):
    place = case.places[kind]
    fault = Fault(REPORTED, words=[REASONS["ENOSPC"]])
    fault.place, free = place, draw.randrange(0, 400_000)
    place.leave(free)
    fault.repair = lambda folder: place.empty()
    fault.point = f"{free} bytes free"
    return fault


def full_tmpfs(case, draw):
    return full_place(case, draw, "tmpfs")


def full_loop_device(case, draw):
    return full_place(case, draw, "ext4")


def file_limit_error(case, draw):
    rank, value = draw.choice([{}, {"RANK": -1}]), draw.choice([0, 100, 2048, draw.randrange(16000)])
    points = ["create", "open", "values", "reserve"]
    return planned(case, draw, "limit", REPORTED, ["File too large"], points, "before", VALUE=value, **rank)


def file_limit_signal(case, draw):
    value = draw.choice([0, 100, 2048, draw.randrange(16000)])
    return planned(case, draw, "limit-kill", KILLED, [], ["create", "open", "values", "reserve"], "before", VALUE=value)


def read_only_call(case, draw):
    points = ["create", "rename", "open"]
    return planned(case, draw, "EROFS", REPORTED, [REASONS["EROFS"]], points, "before", FROM_THEN=1)


def read_only_place(case, draw):
    fault = Fault(REPORTED, words=[REASONS["EROFS"]])
    place, after = case.places["tmpfs"], draw.randrange(FILES - 4)
    fault.place = place

    def during(run):
        if run.wait_for_publications(after):
            while not place.remount("ro") and run.launcher.poll() is None:  # refused while a file is being written
                time.sleep(0.001)

    fault.during, fault.leaves_files = during, True
    fault.repair = lambda folder: place.remount("rw")
    return fault


def folder_vanishes(case, draw):
    # of the system, of HDF5, of the lock
    words = ["No such file or directory", "can't retrieve stat info for file", "of this run is gone"]
    fault = planned(case, draw, "vanish", REPORTED, words)

    def repair(folder):
        if os.path.exists(folder + ".elsewhere"):
            if os.path.isdir(folder):  # made anew, by a part of the program that could do without the rest
                for name in os.listdir(folder):
                    os.remove(os.path.join(folder, name))
                os.rmdir(folder)
            os.rename(folder + ".elsewhere", folder)

    fault.repair = repair
    return fault


def damage(path, draw):
    data = bytearray(open(path, "rb").read())
    if draw.random() < 0.3:
        del data[draw.randrange(len(data)) :]
    else:
        for _ in range(draw.choice([1, 1, 2, 64])):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    with open(path, "wb") as file:
        file.write(data)


def damaged_files(case, draw):
    """The run is killed, and its newest checkpoints, but not all, are damaged before the next one starts."""
    fault = kill_all_at_random(case, draw)

    def repair(folder):
        steps = sorted(good_steps(folder), reverse=True)
        for step in steps[: draw.randrange(1, len(steps))] if len(steps) > 1 else []:
            damage(paths(folder)[step], draw)
            fault.lost.add(step)

    fault.repair = repair
    return fault


def two_runs(case, draw):
    """A second run on the folder of one that goes on is refused, and does no harm."""
    fault = Fault(UNHARMED)
    after, ranks = 1 + draw.randrange(FILES - 6), draw.randint(1, 3)

    def during(run):
        if run.wait_for_publications(after):
            second = Run(case.programs, ranks, run.folder, name="second", extra=("--lock-wait", "0"))
            require(second.finish(), "the second run hangs:\n" + second.said())
            fault.happened = second.code() == 7
            require(fault.happened or run.launcher.poll() is not None, "the second run was not refused")
            require(not fault.happened or run.folder in second.said(), "no reason was given:\n" + second.said())

    fault.during = during
    return fault


def stale_lock(case, draw):
    """What killed runs leave locked is taken over at once."""
    fault = kill_everything_at_random(case, draw)

    def repair(folder):
        fault.happened = any("lock" in name for name in listing(folder))

    fault.repair = repair
    return fault


KINDS = {
    "kill -9 of one rank, at a point": kill_rank_at_point,
    "kill -9 of all ranks, at a point": kill_all_at_point,
    "kill -9 of mpirun, at a point": kill_launcher_at_point,
    "kill -9 of one rank, at any time": kill_rank_at_random,
    "kill -9 of all ranks, at any time": kill_all_at_random,
    "kill -9 of mpirun, at any time": kill_launcher_at_random,
    "kill -9 of ranks and mpirun": kill_everything_at_random,
    "no space, at a call": full_at_a_write,
    "no space, from a call on": full_from_then_on,
    "no space, a full tmpfs": full_tmpfs,
    "no space, a full loop device": full_loop_device,
    "limit on file sizes, error": file_limit_error,
    "limit on file sizes, signal": file_limit_signal,
    "read-only, from a call on": read_only_call,
    "read-only file system": read_only_place,
    "folder vanishes": folder_vanishes,
    "I/O error, at a call": error_at_a_call,
    "I/O error, one rank, from then on": rank_cannot_write,
    "damaged checkpoints": damaged_files,
    "two runs on one folder": two_runs,
    "stale lock": stale_lock,
}
NEEDS = {full_tmpfs: "tmpfs", full_loop_device: "ext4", read_only_place: "tmpfs", two_runs: "lock", stale_lock: "lock"}
# In words, for the report
POINTS = {
    "before create": "before the file is made",
    "before values": "between arrays",
    "before close": "before closing",
    "before sync": "before syncing",
    "before rename": "before renaming",
    "after rename": "after renaming",
    "before delete-oldest": "while the oldest is deleted",
    "after delete-oldest": "while the oldest is deleted",
}
