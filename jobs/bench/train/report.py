"""Write the measurements as tables, CSV and a page of Markdown."""

import csv
import os
import platform
from dataclasses import dataclass
from datetime import date
from statistics import median

KINDS = ("none", "weights", "traces")
HEADINGS = {"none": "no weights", "weights": "weights", "traces": "traces"}
# who, way, kind of weights, width, precision, at least so many times faster; for the wave problem with 600 points
AIMS = (
    ("best JAX", "JAX", None, "weights", 100, "float32", 3.5),
    ("best JAX", "JAX", None, "weights", 100, "float64", 3.5),
    ("best JAX", "JAX", None, "weights", 500, "float32", 2.2),
    ("best JAX", "JAX", None, "weights", 500, "float64", 2.5),
    ("PINA", "PINA", None, "weights", 100, "float32", 18.0),
    ("PINA", "PINA", None, "weights", 500, "float32", 4.0),
    ("jaxpi", "JAX", "nested/traces", "traces", 500, "float32", 50.0),
)
LEAST_OF_KERNELS, OVERHEAD_OF_WEIGHTS, OVERHEAD_OF_TRACES = 0.65, 0.05, 0.10
OVERHEAD_OF_ORDER = 0.05  # of the fixed order over the free one
SCALING = {600: 1.85, 4000: 1.9}  # speed of 2 ranks over 1, by points


@dataclass
class Result:
    case: object
    entries: list
    train: float | None  # ms of a step by `ntkw train` with weights, from its running time

    def pick(self, who, kind, way=None, workers=None):
        return [e for e in self.entries if e.who == who and e.weights == kind and way in (None, e.way)
                and workers in (None, e.workers)]

    def best(self, who, kind, way=None, workers=None):
        """The fastest; None if there is none."""
        return min(self.pick(who, kind, way, workers), key=typical, default=None)

    def ours(self, kind):
        return self.best("ntkw", kind, workers=2)


def typical(entry):
    return median(entry.times.values())


def ratio(slow, fast):
    """The median over the rounds that both were in."""
    common = slow.times.keys() & fast.times.keys()
    return median(slow.times[r] / fast.times[r] for r in common) if common else typical(slow) / typical(fast)


def with_ratio(result, entry, kind, digits=1):
    ours = result.ours(kind)
    return f"{typical(entry):.4g} ({ratio(entry, ours):.{digits}f})" if ours else f"{typical(entry):.4g}"


def workers(entry):
    word = "rank" if entry.who == "ntkw" else "thread"
    return f"{entry.workers} {word}{'' if entry.workers == 1 else 's'}"


def line(name, cells, memory):
    return f"| {name} | {' | '.join(cells)} | {memory} |"


def our_line(result, ranks):
    entries = [result.best("ntkw", kind, workers=ranks) for kind in KINDS]
    if not all(entries):
        return []
    memory = f"{ranks} × {max(e.peak_mb for e in entries):.0f}" if ranks > 1 else f"{entries[0].peak_mb:.0f}"
    times = [f"**{typical(e):.4g}**" if ranks == 2 else with_ratio(result, e, k) for e, k in zip(entries, KINDS)]
    return [line(f"**ntkw**, {workers(entries[0])}", times, memory)]


def free_line(result):
    entries = [result.best("ntkw free", kind) for kind in KINDS]
    if not all(entries):
        return []
    cells = [with_ratio(result, e, kind, digits=2) for e, kind in zip(entries, KINDS)]
    return [line("**ntkw**, 2 ranks, `--order free`", cells, f"2 × {max(e.peak_mb for e in entries):.0f}")]


def product_line(result):
    floor = result.best("products", "none")
    if not is_complete(result):
        return []
    shares = [f"{100 / ratio(result.ours(kind), floor):.0f} %" for kind in KINDS]
    name = f"its matrix products alone: {typical(floor):.4g} ms, {floor.gflops:.0f} GF/s; share of the step"
    return [line(name, shares, "")]


def line_of_best(result, name, who, way=None):
    best = {kind: result.best(who, kind, way) for kind in KINDS}
    if not any(best.values()):
        return []
    cells = [f"{with_ratio(result, e, k)} {'' if way else how(e)}".strip() if e else "" for k, e in best.items()]
    return [line(name, cells, f"{max(e.peak_mb for e in best.values() if e):.0f}")]


def how(entry):
    return f"{entry.way.split('/')[0] + ', ' if '/' in entry.way else ''}{entry.workers}"


def table(result):
    lines = [f"**{result.case.name}** ({result.case.n_parameters()} parameters)", "",
             line("ms a step (ratio to ntkw)", [HEADINGS[kind] for kind in KINDS], "peak MB"),
             line("---", ["---"] * len(KINDS), "---")]
    lines += our_line(result, 2) + free_line(result) + our_line(result, 1) + product_line(result)
    lines += line_of_best(result, "JAX, the best way: derivatives by, threads", "JAX")
    lines += line_of_best(result, "JAX, weights by `jacrev` as jaxpi", "JAX", "nested/jacrev")
    lines += line_of_best(result, "JAX, traces by points as jaxpi", "JAX", "nested/traces")
    lines += line_of_best(result, "PyTorch by hand, threads", "PyTorch")
    lines += line_of_best(result, "PINA, threads", "PINA")
    if result.train:
        lines += ["", f"`ntkw train` itself, its log and history included: {result.train:.4g} ms a step with weights."]
    return "\n".join(lines) + "\n"


def judged(name, value, aim, most=False):
    good = value <= aim if most else value >= aim
    return f"| {name} | {value:.3g} | {'≤' if most else '≥'} {aim:g} | {'yes' if good else 'no'} |"


def is_headline(result, width, n_points, precision="float32"):
    case = result.case
    return (case.problem, case.precision, case.width, case.n_points()) == ("wave", precision, width, n_points)


def is_complete(result):
    return all(result.ours(kind) for kind in KINDS) and result.best("products", "none")


def aims(results):
    lines, results = [], [r for r in results if is_complete(r)]
    for name, who, way, kind, width, precision, least in AIMS:
        for result in (r for r in results if is_headline(r, width, 600, precision)):
            entry, ours = result.best(who, kind, way), result.ours(kind)
            if entry and ours:
                what = f"times faster than {name}, {kind}, 3x{width}, {precision}"
                lines.append(judged(what, ratio(entry, ours), least))
    for result in (r for r in results if is_headline(r, 500, 600)):
        lines.append(judged("share of the kernels' rate with weights, 3x500",
                            1 / ratio(result.ours("weights"), result.best("products", "none")), LEAST_OF_KERNELS))
    for result in (r for r in results if is_headline(r, r.case.width, r.case.n_points())):
        free = result.best("ntkw free", "weights")
        if free:
            name = f"fixed order with weights, 3x{result.case.width}, {result.case.n_points()} points: over free"
            lines.append(judged(name, ratio(result.ours("weights"), free) - 1, OVERHEAD_OF_ORDER, True))
    for result in (r for r in results if is_headline(r, 500, 4000)):
        plain = result.ours("none")
        lines.append(judged("weights at every step, 3x500, 4000 points: over none",
                            ratio(result.ours("weights"), plain) - 1, OVERHEAD_OF_WEIGHTS, True))
        lines.append(judged("traces at every step, 3x500, 4000 points: over none",
                            ratio(result.ours("traces"), plain) - 1, OVERHEAD_OF_TRACES, True))
    for n_points, least in SCALING.items():
        for result in (r for r in results if is_headline(r, 500, n_points)):
            alone = result.best("ntkw", "weights", workers=1)
            if alone:
                lines.append(judged(f"speed of 2 ranks over 1 with weights, 3x500, {n_points} points",
                                    ratio(alone, result.ours("weights")), least))
    return lines


def summary(results):
    lines = aims(results)
    head = ["| wave problem, float32 unless said | measured | aim | reached |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *lines, ""]) if lines else ""


def cpu_name():
    with open("/proc/cpuinfo") as file:
        return next((x.split(":", 1)[1].strip() for x in file if x.startswith("model name")), platform.machine())


def page(results, versions, load, seconds, options):
    words = ", ".join(f"{name} {version}".strip() for name, version in versions.items())
    head = f"""# Training, beside what else one could run

Written by `jobs/bench/train/run.sh`, {date.today()}: {cpu_name()}, {os.cpu_count()} cores, load {load:.2f} before,
{seconds / 60:.0f} minutes. {words}. Medians over {options.rounds} rounds of bursts of {options.sample:g} s, in turns.

ntkw runs on 2 ranks of one thread each; of the others the better of one and two threads is shown, on the same cores.
*weights*: renewed at every step from the gradients' norms (`gradient-share`, PINA's rule); *traces*: from the traces of
the tangent kernel (`ntk-trace`). The same points at every step, Adam, tanh. 600 points of the wave problem are 300 in
the interior, 100 at t = 0, used for the value and again for the velocity, 200 on the walls; 4000 are 2000, 666 and
1334. Memory is the peak of a process, its libraries included. `run.sh --check` compares losses, norms and traces of all
of them in float64.

The best JAX has the fastest of nested `grad` under `vmap`, `jvp` of `jvp` and `jet`, and of one gradient for each
condition and `jacrev` of all losses; the CSV has every one. JAX is compiled before the measurement. PINA runs in its
own trainer, without log and progress bar.
"""
    return "\n".join([head, summary(results), *(table(result) for result in results)])


COLUMNS = ["problem", "width", "points", "precision", "who", "way", "weights", "workers", "rounds", "ms_median",
           "ms_least", "ratio_to_ntkw", "peak_mb", "gflops"]


def write_csv(results, path):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for result in results:
            case = result.case
            for e in result.entries:
                ours = result.ours(e.weights)
                compared = f"{ratio(e, ours):.4g}" if ours else ""
                writer.writerow([case.problem, case.width, case.n_points(), case.precision, e.who, e.way, e.weights,
                                 e.workers, len(e.times), f"{typical(e):.6g}", f"{min(e.times.values()):.6g}", compared,
                                 f"{e.peak_mb:.0f}", f"{e.gflops:.4g}" if e.gflops else ""])
