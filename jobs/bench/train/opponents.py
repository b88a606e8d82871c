"""The processes of the benchmark. They are started once for a case; each works only when asked, one at a time."""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent


class Failed(Exception):
    """A process cannot go on; the text says why."""


class Process:
    """A child that answers every line it reads with a line of JSON."""

    ready = None

    def __init__(self, command, environment=None):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, bufsize=1, env=os.environ | (environment or {}))

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(self.last_words())
        values = json.loads(line)
        if "error" in values:
            raise Failed(values["error"])
        return values

    def last_words(self):
        self.process.wait()
        self.errors.seek(0)
        lines = [line for line in self.errors.read().splitlines() if line.strip() and not line.startswith("---")]
        return lines[-1] if lines else f"ended with code {self.process.returncode}"

    def send(self, text):
        try:
            self.process.stdin.write(text + "\n")
        except BrokenPipeError:
            pass  # its last words come with the answer

    def close(self):
        if self.process.poll() is None:
            self.send(self.farewell)
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.errors.close()


class Ours(Process):
    """bench_train under mpirun: one case, rule and order of sums ("free" or none said)."""

    farewell = "quit"

    def __init__(self, program, case, rule, schedule, ranks, scratch, *order):
        file = Path(scratch) / re.sub(r"\W+", "-", f"{case.name} {rule} {ranks}.lua")
        file.write_text(case.problem_file(rule, schedule))
        super().__init__(["mpirun", "-n", str(ranks), program, str(file), *order])

    def start(self):
        """Versions, by name. May be called again."""
        if not self.ready:
            self.ready = {f"ntkw with kernels {self.answer()['kernels']}": ""}
        return self.ready

    def ask_prepare(self, variant):
        self.send(f"{variant} 2")

    def ask_run(self, variant, steps, threads):
        self.send(f"{variant} {steps}")

    def check(self):
        self.send("check")
        return self.answer()


class Python(Process):
    """One of the *_child.py."""

    farewell = '{"do": "quit"}'

    def __init__(self, script, case, **given):
        given["case"] = json.loads(case.json())
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "",
                 "PYTHONPATH": str(HERE)}
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            quiet[name] = str(given.get("threads", 2))
        super().__init__([sys.executable, str(HERE / script), json.dumps(given)], quiet)

    def start(self):
        """Versions, by name. May be called again."""
        self.ready = self.ready or self.answer()["versions"]
        return self.ready

    def ask_prepare(self, variant):
        self.send(json.dumps({"do": "prepare", "variant": variant}))

    def ask_run(self, variant, steps, threads):
        self.send(json.dumps({"do": "go", "variant": variant, "steps": steps, "threads": threads}))

    def run_on_one_core(self, variant, steps):
        """ms of a step when all threads of the process must share a core."""
        self.send(json.dumps({"do": "go", "variant": variant, "steps": steps, "cores": 1}))
        return self.answer()["ms"]

    def check(self, variant):
        self.send(json.dumps({"do": "check", "variant": variant}))
        return self.answer()


@dataclass
class Entry:
    """Something to be measured."""

    who: str  # "ntkw", "ntkw free" (sums in free order), "products", "PINA", "PyTorch", "JAX"
    way: str  # how derivatives and weights are made, in the opponent's words
    weights: str  # "none", "weights", "traces"
    workers: int  # ranks or threads
    process: Process
    variant: str
    always: bool = False  # measured in every round, however slow
    times: dict = field(default_factory=dict)  # round: ms
    peak_mb: float = 0.0
    gflops: float = 0.0
    failure: str = ""
    dropped: bool = False

    def prepare(self):
        """Compile, and do the first steps."""
        try:
            self.process.ask_prepare(self.variant)
            self.note(self.process.answer())
        except Failed as failure:
            self.failure = str(failure)

    def run(self, steps):
        """ms of a step."""
        threads = self.workers if self.who in ("PyTorch", "PINA") else None
        self.process.ask_run(self.variant, steps, threads)
        answer = self.process.answer()
        self.note(answer)
        return answer["ms"]

    def note(self, answer):
        self.peak_mb = max(self.peak_mb, answer.get("peak_mb", 0.0))
        self.gflops = max(self.gflops, answer.get("gflops", 0.0))
