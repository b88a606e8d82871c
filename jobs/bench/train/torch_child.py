"""PyTorch by hand: nested autograd, as PINA does it, without PINA. A variant is how the weights are made:

none      backward of the sum of the losses
twice     one gradient for each condition for the norms, then backward of the weighted sum: as PINA does
each      one gradient for each condition, combined with the weights that come of their norms
"""

from child import Opponent, serve, settings

import torch

import cases

CASE, GIVEN = settings()
PROBLEM = cases.PROBLEMS[CASE.problem]
AXES = list(PROBLEM.inputs)
ALPHA = 0.5
torch.set_default_dtype(getattr(torch, CASE.precision))


def make_network(params):
    layers = []
    for weights, biases in params:
        linear = torch.nn.Linear(*weights.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.as_tensor(weights.T.copy()))
            linear.bias.copy_(torch.as_tensor(biases))
        layers += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*layers[:-1])


def derivatives(u, points, needs):
    """Of u [n] by the points [n, inputs], each only once."""
    known = {"u": u}

    def derivative(name):
        if name in known:
            return known[name]
        below = name[:-1].rstrip("_")
        gradient = torch.autograd.grad(derivative(below).sum(), points, create_graph=True)[0]
        for i, axis in enumerate(AXES):
            known[(below if "_" in below else below + "_") + axis] = gradient[:, i]
        return known[name]

    return {need: derivative(need) for need in needs}


class Variant:
    def __init__(self, name, params, points):
        self.name = name
        self.network = make_network(params)
        self.params = list(self.network.parameters())
        self.points = [torch.as_tensor(p, dtype=torch.get_default_dtype()) for p in points]
        self.optimizer = torch.optim.Adam(self.params, lr=1e-3)
        self.weights = [torch.ones(()) for _ in points]

    def losses(self):
        result = []
        for condition, points in zip(PROBLEM.conditions, self.points):
            needs_graph = any("_" in need for need in condition.needs)
            points = points.detach().requires_grad_(needs_graph)
            values = derivatives(self.network(points)[:, 0], points, condition.needs)
            inputs = {name: points[:, i] for i, name in enumerate(AXES)}
            result.append((condition.equation(torch, inputs, values) ** 2).mean())
        return result

    def gradients(self, losses, keep):
        return [torch.autograd.grad(loss, self.params, retain_graph=keep, allow_unused=True) for loss in losses]

    def renew(self, gradients):
        norms = [torch.cat([g.flatten() for g in gradient if g is not None]).norm() for gradient in gradients]
        total = sum(norms)
        self.weights = [ALPHA * w + (1 - ALPHA) * n / total for w, n in zip(self.weights, norms)]
        return norms

    def combine(self, gradients):
        for i, parameter in enumerate(self.params):
            parts = [w * g[i] for w, g in zip(self.weights, gradients) if g[i] is not None]
            parameter.grad = sum(parts)

    def one(self):
        losses = self.losses()
        if self.name == "each":
            gradients = self.gradients(losses, False)
            self.renew(gradients)
            self.combine(gradients)
        else:
            if self.name == "twice":
                self.renew(self.gradients(losses, True))
            self.optimizer.zero_grad()
            sum(w * loss for w, loss in zip(self.weights, losses)).backward()
        self.optimizer.step()


class Torch(Opponent):
    first_steps = 2

    def new(self, name):
        return Variant(name, self.params, self.points)

    def use(self, threads):
        torch.set_num_threads(threads)

    def check(self, name):
        variant = self.new(name)
        losses = variant.losses()
        norms = variant.renew(variant.gradients(losses, True))
        return {"losses": [loss.item() for loss in losses], "norms": [norm.item() for norm in norms],
                "weights": [weight.item() for weight in variant.weights]}


if __name__ == "__main__":
    serve(Torch(CASE, GIVEN), {"torch": torch.__version__})
