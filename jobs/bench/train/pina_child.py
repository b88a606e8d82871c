"""PINA itself: its problem, conditions, equations, solver and trainer, as its documentation uses them. A variant is
"none" (no weighting) or "ntk" (NeuralTangentKernelWeighting, in every epoch; an epoch is a step, and all points are one
batch). A process has one variant: PINA's own loop keeps running, and asks for commands between two epochs.
"""

import logging
import math
import sys
import time
import warnings
from importlib.metadata import version

from child import answer, forget_peak, next_order, parameters_and_points, peak_mb, settings

warnings.simplefilter("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)

import lightning  # noqa: E402
import torch  # noqa: E402
from lightning.pytorch.callbacks import Callback  # noqa: E402
from pina import Condition, LabelTensor, Trainer  # noqa: E402
from pina.domain import CartesianDomain  # noqa: E402
from pina.equation import AcousticWaveEquation, Equation, FixedGradient, FixedValue, HelmholtzEquation  # noqa: E402
from pina.model import FeedForward  # noqa: E402
from pina.operator import grad  # noqa: E402
from pina.optim import TorchOptimizer  # noqa: E402
from pina.problem import SpatialProblem, TimeDependentProblem  # noqa: E402
from pina.solver import PhysicsInformedSingleModelSolver  # noqa: E402
from pina.weighting import NeuralTangentKernelWeighting  # noqa: E402

import cases  # noqa: E402

CASE, GIVEN = settings()
PROBLEM = cases.PROBLEMS[CASE.problem]
torch.set_default_dtype(getattr(torch, CASE.precision))


def wave_initial(p, u):
    return u.extract(["u"]) - torch.sin(math.pi * p.extract(["x"])) - 0.5 * torch.sin(4 * math.pi * p.extract(["x"]))


def helmholtz_source(p):
    sines = torch.sin(math.pi * p.extract(["x"])) * torch.sin(4 * math.pi * p.extract(["y"]))
    return (1 - 17 * math.pi**2) * sines


def kdv(p, u):
    first = grad(u, p, components=["u"], d=["t", "x"])
    second = grad(first, p, components=["dudx"], d=["x"])
    third = grad(second, p, components=["ddudxdx"], d=["x"])
    return first.extract(["dudt"]) + u * first.extract(["dudx"]) + 0.022**2 * third


def kdv_initial(p, u):
    return u.extract(["u"]) - 0.9 / torch.cosh(12.448 * (p.extract(["x"]) + 0.4)) ** 2


EQUATIONS = {
    "wave": lambda: (AcousticWaveEquation(2.0), Equation(wave_initial), FixedGradient(0.0, d=["t"]), FixedValue(0.0)),
    "helmholtz": lambda: (HelmholtzEquation(1.0, helmholtz_source), FixedValue(0.0)),
    "kdv": lambda: (Equation(kdv), Equation(kdv_initial), FixedValue(0.0)),
}


def make_problem(points):
    axes = {name: list(limits) for name, limits in PROBLEM.inputs.items()}
    names = [condition.name for condition in PROBLEM.conditions]
    inputs = [LabelTensor(torch.as_tensor(p, dtype=torch.get_default_dtype()), list(axes)) for p in points]
    conditions = {name: Condition(input=x, equation=equation)
                  for name, x, equation in zip(names, inputs, EQUATIONS[CASE.problem]())}
    space = CartesianDomain({name: limits for name, limits in axes.items() if name != "t"})
    body = {"output_variables": ["u"], "spatial_domain": space, "conditions": conditions}
    if "t" in axes:
        body["temporal_domain"] = CartesianDomain({"t": axes["t"]})
        return type("Timed", (TimeDependentProblem, SpatialProblem), body)()
    return type("Steady", (SpatialProblem,), body)()


def make_model(params, order):
    """order: of the inputs as PINA hands them to the network; params have them in the problem's."""
    first = params[0][0][[list(PROBLEM.inputs).index(name) for name in order]]
    params = [(first, params[0][1]), *params[1:]]
    model = FeedForward(CASE.widths()[0], 1, layers=CASE.widths()[1:-1], func=torch.nn.Tanh)
    linears = [module for module in model.modules() if isinstance(module, torch.nn.Linear)]
    with torch.no_grad():
        for linear, (weights, biases) in zip(linears, params, strict=True):
            linear.weight.copy_(torch.as_tensor(weights.T.copy()))
            linear.bias.copy_(torch.as_tensor(biases))
    return model


class Turns(Callback):
    """Between two epochs: if the steps that were asked for are done, say how long they took and wait for more."""

    order, left, start = None, 0, 0.0

    def on_train_epoch_start(self, trainer, solver):
        if self.left > 0:
            self.left -= 1
            return
        if self.order:
            self.report(trainer, solver)
        self.take(trainer)

    def report(self, trainer, solver):
        seconds = time.perf_counter() - self.start
        if self.order["do"] == "check":
            losses = [trainer.callback_metrics[f"{c.name}_loss"].item() for c in PROBLEM.conditions]
            weights = [float(solver.weighting.last_saved_weights()[c.name]) for c in PROBLEM.conditions]
            answer(losses=losses, weights=weights)
        elif self.order["do"] == "prepare":
            answer(seconds=seconds, peak_mb=peak_mb())
        else:
            answer(ms=1e3 * seconds / self.order["steps"], peak_mb=peak_mb())

    def take(self, trainer):
        self.order = next_order()
        if self.order["do"] == "quit":
            sys.exit(0)
        if self.order["do"] == "prepare":
            forget_peak()
        if self.order.get("threads"):
            torch.set_num_threads(self.order["threads"])
        self.left = self.order.get("steps", 1) - 1
        self.start = time.perf_counter()


def main():
    params, points = parameters_and_points(CASE, GIVEN)
    weighting = {"none": lambda: None, "ntk": NeuralTangentKernelWeighting}[GIVEN["variant"]]()
    problem = make_problem(points)
    solver = PhysicsInformedSingleModelSolver(problem, make_model(params, problem.input_variables), weighting=weighting,
                                              optimizer=TorchOptimizer(torch.optim.Adam, lr=1e-3))
    trainer = Trainer(solver, max_epochs=10**9, accelerator="cpu", callbacks=[Turns()], enable_progress_bar=False,
                      logger=False, enable_checkpointing=False, enable_model_summary=False)
    answer(versions={"pina-mathlab": version("pina-mathlab"), "lightning": lightning.__version__})
    trainer.train()


if __name__ == "__main__":
    main()
