"""Check that all programs do the same work: losses, norms of gradients, weights and traces of the opponents, for the
points and parameters of ntkw, in float64."""

import cases
from opponents import Failed, Ours, Python

TOLERANCE = 1e-10


def deviation(expected, found):
    return max(abs(a - b) / max(abs(a), 1e-300) for a, b in zip(expected, found, strict=True))


def values_of_ntkw(program, case, scratch):
    values = {}
    for rule in ("gradient-share", "ntk-trace"):
        process = Ours(program, case, rule, "update_every = 1, alpha = 0.5", 1, scratch)
        try:
            process.start()
            found = process.check()
            values = found | values if rule == "ntk-trace" else found
        finally:
            process.close()
    return values


def found_by(case, script, variants, given, **more):
    process = Python(script, case, parameters=given["parameters"], points=given["points"], **more)
    try:
        process.start()
        for variant in variants:
            yield variant, process.check(variant)
    finally:
        process.close()


def compare(case, script, variants, expected, **more):
    good = True
    for variant, found in found_by(case, script, variants, expected, **more):
        worst = {key: deviation(expected[key], values) for key, values in found.items()}
        within = all(value <= TOLERANCE for value in worst.values())
        good = good and within
        print(f"  {script.removesuffix('_child.py'):6} {variant:14} {'same' if within else 'DIFFERENT':9} "
              + ", ".join(f"{key} {value:.1e}" for key, value in worst.items()), flush=True)
    return good


def check(program, scratch):
    """True if all agree; a problem that ntkw refuses is said and left out."""
    good = True
    for case in cases.CHECK_CASES:
        print(f"{case.name}: largest relative deviations from ntkw", flush=True)
        try:
            expected = values_of_ntkw(program, case, scratch)
        except Failed as failure:
            print(f"  skipped: {failure}")
            continue
        ways = [f"{d}/{w}" for d in ("nested", "jvp", "jet") for w in ("none", "each", "jacrev", "traces")]
        good = compare(case, "jax_child.py", ways, expected, threads=2) and good
        good = compare(case, "torch_child.py", ["twice"], expected) and good
        good = compare(case, "pina_child.py", ["ntk"], expected, variant="ntk") and good
    return good
