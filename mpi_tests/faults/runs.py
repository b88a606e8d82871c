"""Training runs as processes: start one with a planned fault, wait for its end, and read the log of its ranks."""
import os
import signal
import subprocess
import time

PROBLEM = """
local function exact(p) return math.sin(math.pi*p.x)*math.cos(2*math.pi*p.t) end
return problem {
  inputs     = { {"t", 0, 1}, {"x", 0, 1} },
  outputs    = { "u" },
  conditions = {
    { "residual", points = 24, on = interior(), equation = function(p) return p.u_tt - 4*p.u_xx end },
    { "u", points = 16, on = { boundary{t=0}, boundary{x=0}, boundary{x=1} },
      equation = function(p) return p.u - exact(p) end },
  },
  network    = { hidden = {8, 8} },
  precision  = "float64",
  steps      = 60,
}
"""
STEPS, EVERY, KEEP = 60, 4, 3
PATIENCE = 120  # seconds after which a run counts as hanging


class Programs:
    """Where things are."""

    def __init__(self, ntkw, mpiexec, injector, scratch):
        self.ntkw, self.mpiexec, self.injector, self.scratch = ntkw, mpiexec, injector, scratch
        self.problem = os.path.join(scratch, "problem.lua")
        with open(self.problem, "w") as file:
            file.write(PROBLEM)


def is_alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def end_process(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Run:
    """One `ntkw train`; its ranks have the injector beside them, which does what `plan` says."""

    def __init__(self, programs, ranks, folder, plan=None, name="run", extra=()):
        self.ranks, self.folder = ranks, folder
        base = os.path.join(programs.scratch, name)
        self.log, self.out, self.err = base + ".log", base + ".out", base + ".err"
        settings = {"FOLDER": folder, "LOG": self.log, **(plan or {})}
        command = [programs.mpiexec, "-n", str(ranks), "env", "LD_PRELOAD=" + programs.injector]
        command += [f"INJECT_{key}={value}" for key, value in settings.items()]
        command += [programs.ntkw, "train", programs.problem, "--out", folder, "--checkpoint-every", str(EVERY)]
        command += ["--keep", str(KEEP), "--log-every", "10", *extra, "--resume"]
        open(self.log, "w").close()
        self.started = time.monotonic()
        with open(self.out, "w") as out, open(self.err, "w") as err:
            self.launcher = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def events(self, *kinds):
        """Lines of the log as (rank, what, checkpoint, detail, count)."""
        with open(self.log, errors="replace") as file:
            lines = file.read().split("\n")[:-1]  # in one go: the last line may be seen while it is being written
        rows = [line.split(" ") for line in lines]
        rows = [row for row in rows if len(row) == 5 and row[4].isdigit()]  # a kill may cut a line short
        return [(int(r), w, int(c), d, int(n)) for r, w, c, d, n in rows if not kinds or w in kinds]

    def processes(self):
        return [count for _, _, _, _, count in self.events("pid")]

    def published(self):
        """Steps of the checkpoints that got their final names."""
        events = self.events("begins", "done")  # at once, for the run goes on
        names = {c: name for _, what, c, name, _ in events if what == "begins"}
        done = {c for _, what, c, point, _ in events if what == "done" and point == "rename"}
        return {int(names[c][5:].split(".")[0]) for c in done if names[c].startswith("step-")}

    def wait_for_publications(self, count):
        """False if the run ends before."""
        while len(self.published()) < count:
            if self.launcher.poll() is not None or time.monotonic() - self.started > PATIENCE:
                return False
            time.sleep(0.003)
        return True

    def finish(self):
        """Wait until the launcher and all ranks are gone; False if they had to be killed."""
        deadline = self.started + PATIENCE
        while self.launcher.poll() is None or any(map(is_alive, self.processes())):
            if time.monotonic() > deadline:
                self.kill("all", launcher=True)
                self.launcher.wait()
                return False
            time.sleep(0.005)
        return True

    def kill(self, whom, launcher=False):
        """whom: "all", or the index of a rank's process."""
        processes = self.processes()
        for process in processes if whom == "all" else processes[whom : whom + 1]:
            end_process(process)
        if launcher:
            self.launcher.kill()

    def code(self):
        return self.launcher.returncode

    def said(self):
        with open(self.out, errors="replace") as out, open(self.err, errors="replace") as err:
            return out.read() + err.read()
