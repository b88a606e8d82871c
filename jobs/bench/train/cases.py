"""The cases of the benchmark, stated once for every opponent: problems, sizes, and the problem files of ntkw.

An equation is a function of the functions to use (jax.numpy or torch), the inputs by name and the derivatives by name,
as in a problem file: it gives the residual.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Callable

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Condition:
    name: str
    points: str  # which of the case's numbers of points
    places: tuple  # of each place, the inputs held fixed: {"t": 0}; {} is the interior
    needs: tuple  # values and derivatives in the equation
    equation: Callable


@dataclass(frozen=True)
class Problem:
    name: str
    inputs: dict  # name: (from, to), in order
    conditions: tuple


WAVE = Problem(
    "wave",
    {"t": (0, 1), "x": (0, 1)},
    (
        Condition("residual", "residual", ({},), ("u_tt", "u_xx"), lambda m, p, d: d["u_tt"] - 4 * d["u_xx"]),
        Condition("initial", "initial", ({"t": 0},), ("u",),
                  lambda m, p, d: d["u"] - m.sin(math.pi * p["x"]) - 0.5 * m.sin(4 * math.pi * p["x"])),
        Condition("velocity", "initial", ({"t": 0},), ("u_t",), lambda m, p, d: d["u_t"]),
        Condition("walls", "walls", ({"x": 0}, {"x": 1}), ("u",), lambda m, p, d: d["u"]),
    ),
)

HELMHOLTZ = Problem(
    "helmholtz",
    {"x": (-1, 1), "y": (-1, 1)},
    (
        Condition("residual", "residual", ({},), ("u", "u_xx", "u_yy"),
                  lambda m, p, d: d["u_xx"] + d["u_yy"] + d["u"]
                  - (1 - 17 * math.pi**2) * m.sin(math.pi * p["x"]) * m.sin(4 * math.pi * p["y"])),
        Condition("walls", "walls", ({"x": -1}, {"x": 1}, {"y": -1}, {"y": 1}), ("u",), lambda m, p, d: d["u"]),
    ),
)

KDV = Problem(
    "kdv",
    {"t": (0, 1), "x": (-1, 1)},
    (
        Condition("residual", "residual", ({},), ("u", "u_t", "u_x", "u_xxx"),
                  lambda m, p, d: d["u_t"] + d["u"] * d["u_x"] + 0.022**2 * d["u_xxx"]),
        Condition("initial", "initial", ({"t": 0},), ("u",),
                  lambda m, p, d: d["u"] - 0.9 / m.cosh(12.448 * (p["x"] + 0.4)) ** 2),
        Condition("walls", "walls", ({"x": -1}, {"x": 1}), ("u",), lambda m, p, d: d["u"]),
    ),
)

PROBLEMS = {p.name: p for p in (WAVE, HELMHOLTZ, KDV)}


@dataclass(frozen=True)
class Case:
    problem: str
    width: int  # of each of three hidden layers
    precision: str  # "float32" or "float64"
    points: dict

    @property
    def name(self):
        return f"{self.problem} 3x{self.width}, {self.n_points()} points, {self.precision}"

    def n_points(self):
        return sum(self.points.values())

    def count(self, condition):
        return self.points[condition.points]

    def widths(self):
        return [len(PROBLEMS[self.problem].inputs)] + 3 * [self.width] + [1]

    def n_parameters(self):
        return sum((a + 1) * b for a, b in zip(self.widths(), self.widths()[1:]))

    def bytes_of_value(self):
        return 4 if self.precision == "float32" else 8

    def json(self):
        return json.dumps(asdict(self))

    def problem_file(self, rule, schedule):
        """The Lua text for ntkw."""
        text = (HERE / f"{self.problem}.lua").read_text()
        words = self.points | {"width": self.width, "precision": self.precision, "rule": rule, "schedule": schedule}
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        return text


FEW = {"residual": 300, "initial": 100, "walls": 200}
MANY = {"residual": 2000, "initial": 666, "walls": 1334}


def wave(width, precision, points):
    return Case("wave", width, precision, points)


CASES = [
    wave(100, "float32", FEW),
    wave(500, "float32", FEW),
    wave(100, "float32", MANY),
    wave(500, "float32", MANY),
    wave(100, "float64", FEW),
    wave(500, "float64", FEW),
    wave(100, "float64", MANY),
    wave(500, "float64", MANY),
    Case("helmholtz", 100, "float32", {"residual": 1000, "walls": 400}),
    Case("kdv", 100, "float32", {"residual": 1000, "initial": 200, "walls": 200}),
]
SHORT_CASES = [wave(100, "float32", FEW), Case("kdv", 100, "float32", {"residual": 200, "initial": 50, "walls": 50})]
CHECK_CASES = [
    Case("wave", 20, "float64", {"residual": 30, "initial": 10, "walls": 20}),
    Case("helmholtz", 20, "float64", {"residual": 30, "walls": 20}),
    Case("kdv", 20, "float64", {"residual": 30, "initial": 10, "walls": 20}),
]


def places_of(condition, n):
    """Number of points on each place: equal, the first one the remainder too."""
    each = n // len(condition.places)
    return [(n - each * (len(condition.places) - 1) if i == 0 else each, place)
            for i, place in enumerate(condition.places)]


def random_points(case, random):
    """Of every condition an array [n, inputs] of float64; random: a numpy Generator."""
    import numpy

    problem, result = PROBLEMS[case.problem], []
    for condition in problem.conditions:
        pieces = []
        for n, place in places_of(condition, case.count(condition)):
            columns = [numpy.full(n, place[name]) if name in place else random.uniform(low, high, n)
                       for name, (low, high) in problem.inputs.items()]
            pieces.append(numpy.stack(columns, axis=1))
        result.append(numpy.concatenate(pieces))
    return result


def random_parameters(case, random):
    """Of every layer (W [in, out], b [out]), W ~ N(0, 2 / (in + out)), b = 0, in float64."""
    import numpy

    return [(random.normal(0, math.sqrt(2 / (a + b)), (a, b)), numpy.zeros(b))
            for a, b in zip(case.widths(), case.widths()[1:])]


def given_parameters(case, flat):
    """The layers of ntkw's flat vector."""
    import numpy

    flat, layers, at = numpy.asarray(flat), [], 0
    for a, b in zip(case.widths(), case.widths()[1:]):
        layers.append((flat[at:at + a * b].reshape(a, b), flat[at + a * b:at + a * b + b]))
        at += (a + 1) * b
    return layers


def given_points(case, flat):
    import numpy

    return [numpy.asarray(values).reshape(-1, len(PROBLEMS[case.problem].inputs)) for values in flat]
