"""JAX, jitted. A variant is "derivatives/weights":

derivatives  nested  grad of grad under vmap, as jaxpi does
             jvp     jvp of jvp, for all points at once
             jet     jax.experimental.jet, for all points at once
weights      none    the gradient of the sum of the losses
             each    one gradient for each condition, combined with the weights that come of their norms
             jacrev  jacrev of all losses for the norms, beside the gradient of the weighted sum: as jaxpi does
             traces  gradients of every point's residual under vmap, squared and added up, beside the gradient of the
                     weighted sum: as jaxpi does
"""

import sys

from child import Opponent, answer, keep_to_cores, serve, settings

CASE, GIVEN = settings()
keep_to_cores(GIVEN["threads"])

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

import cases  # noqa: E402

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_enable_x64", CASE.precision == "float64")
if GIVEN.get("keep_compiled"):  # what is compiled depends on the number of threads
    jax.config.update("jax_compilation_cache_dir", f"{sys.prefix}/jax-cache-{GIVEN['threads']}")
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
PROBLEM = cases.PROBLEMS[CASE.problem]
AXES = list(PROBLEM.inputs)
RATE, BETA1, BETA2, EPSILON, ALPHA = 1e-3, 0.9, 0.999, 1e-8, 0.5


def network(params, x):
    for weights, biases in params[:-1]:
        x = jnp.tanh(x @ weights + biases)
    weights, biases = params[-1]
    return (x @ weights + biases)[..., 0]


def letters(need):
    return need.split("_")[1] if "_" in need else ""


def residual_at(params, condition, x):
    """Of one point, by nested grad."""

    def u(*coordinates):
        return network(params, jnp.stack(coordinates))

    def derivative(need):
        f = u
        for letter in letters(need):
            f = jax.grad(f, argnums=AXES.index(letter))
        return f(*x)

    return condition.equation(jnp, dict(zip(AXES, x)), {need: derivative(need) for need in condition.needs})


def nested(params, condition, points):
    return jax.vmap(lambda x: residual_at(params, condition, x))(points)


def by_jvp(params, condition, points):
    def u(x):
        return network(params, x)

    def along(f, letter):
        direction = jnp.zeros_like(points).at[..., AXES.index(letter)].set(1)
        return lambda x: jax.jvp(f, (x,), (direction,))[1]

    def derivative(need):
        f = u
        for letter in letters(need):
            f = along(f, letter)
        return f(points)

    inputs = {name: points[..., i] for i, name in enumerate(AXES)}
    return condition.equation(jnp, inputs, {need: derivative(need) for need in condition.needs})


def by_jet(params, condition, points):
    from jax.experimental.jet import jet

    orders = {}  # letter: highest order; mixed derivatives do not occur
    for need in condition.needs:
        if letters(need):
            orders[letters(need)[0]] = max(orders.get(letters(need)[0], 0), len(letters(need)))
    values = {}
    for letter, order in orders.items():
        direction = jnp.zeros_like(points).at[..., AXES.index(letter)].set(1)
        series = [direction] + [jnp.zeros_like(points)] * (order - 1)
        values["u"], terms = jet(lambda x: network(params, x), (points,), (series,))
        values |= {f"u_{letter * (k + 1)}": term for k, term in enumerate(terms)}
    if not orders:
        values["u"] = network(params, points)
    inputs = {name: points[..., i] for i, name in enumerate(AXES)}
    return condition.equation(jnp, inputs, values)


RESIDUALS = {"nested": nested, "jvp": by_jvp, "jet": by_jet}


def squares(tree):
    return sum(jnp.sum(leaf * leaf) for leaf in jax.tree.leaves(tree))


def adam(state, gradient):
    params, first, second, step = state
    step = step + 1
    first = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradient)
    second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradient)
    rate = RATE * jnp.sqrt(1 - BETA2**step) / (1 - BETA1**step)
    params = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), params, first, second)
    return params, first, second, step


def renewed(weights, moments):
    return ALPHA * weights + (1 - ALPHA) * moments / jnp.sum(moments)


class Variant:
    def __init__(self, name, params, points):
        self.derivatives, self.weights_from = name.split("/")
        real = jnp.dtype(CASE.precision)
        self.points = [jnp.asarray(p, real) for p in points]
        params = jax.tree.map(lambda p: jnp.asarray(p, real), params)
        zeros = jax.tree.map(jnp.zeros_like, params)
        self.state = (params, zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros((), real))
        self.weights = jnp.ones(len(self.points), real)
        self.step = jax.jit(self.each if self.weights_from == "each" else self.combined, donate_argnums=(0, 1))
        self.renew = {"jacrev": jax.jit(self.renew_by_jacrev), "traces": jax.jit(self.renew_by_traces)}.get(
            self.weights_from)

    def loss(self, params, c, points):
        return jnp.mean(RESIDUALS[self.derivatives](params, PROBLEM.conditions[c], points) ** 2)

    def losses(self, params, points):
        return jnp.stack([self.loss(params, c, p) for c, p in enumerate(points)])

    def combined(self, state, weights, points):
        gradient = jax.grad(lambda params: jnp.sum(weights * self.losses(params, points)))(state[0])
        return adam(state, gradient), weights

    def gradients(self, params, points):
        return [jax.grad(self.loss)(params, c, p) for c, p in enumerate(points)]

    def each(self, state, weights, points):
        gradients = self.gradients(state[0], points)
        weights = renewed(weights, jnp.stack([jnp.sqrt(squares(g)) for g in gradients]))
        total = jax.tree.map(lambda *g: sum(w * leaf for w, leaf in zip(weights, g)), *gradients)
        return adam(state, total), weights

    def norms_by_jacrev(self, params, points):
        jacobian = jax.jacrev(self.losses)(params, points)
        return jnp.sqrt(sum(jnp.sum(leaf.reshape(len(points), -1) ** 2, axis=1) for leaf in jax.tree.leaves(jacobian)))

    def renew_by_jacrev(self, params, weights, points):
        return renewed(weights, self.norms_by_jacrev(params, points))

    def diagonal(self, params, c, points):
        residual = RESIDUALS[self.derivatives]

        def of_point(params, x):
            if residual is nested:
                return residual_at(params, PROBLEM.conditions[c], x)
            return residual(params, PROBLEM.conditions[c], x)

        return jax.vmap(lambda x: squares(jax.grad(of_point)(params, x)))(points)

    def traces(self, params, points):
        return jnp.stack([jnp.sum(self.diagonal(params, c, p)) for c, p in enumerate(points)])

    def renew_by_traces(self, params, weights, points):
        traces = self.traces(params, points)
        return jnp.sum(traces) / traces

    def one(self):
        self.state, self.weights = self.step(self.state, self.weights, self.points)
        if self.renew:
            self.weights = self.renew(self.state[0], self.weights, self.points)


class Jax(Opponent):
    def new(self, name):
        return Variant(name, self.params, self.points)

    def finish(self, variant):
        jax.block_until_ready((variant.state, variant.weights))

    def check(self, name):
        variant = self.new(name)
        params, points, how = variant.state[0], variant.points, variant.weights_from
        values = {"losses": jax.jit(variant.losses)(params, points)}
        if how == "each":
            values["norms"] = jnp.sqrt(jnp.stack([squares(g) for g in variant.gradients(params, points)]))
        elif how == "jacrev":
            values["norms"] = variant.norms_by_jacrev(params, points)
        elif how == "traces":
            values["traces"] = variant.traces(params, points)
        return {key: [float(v) for v in value] for key, value in values.items()}


if __name__ == "__main__":
    if jax.default_backend() != "cpu":
        answer(error=f"JAX runs on {jax.default_backend()}")
    serve(Jax(CASE, GIVEN), {"jax": jax.__version__, "jaxlib": jax.lib.__version__})
