#!/usr/bin/python3
"""Make E_batches_ntk_f32.h5 from C_twohead_ntk_f32.h5: three batches per epoch, frozen and unused parameters.

The recorded steps become the batches of 6 epochs. Weights and totals are computed here, in float64 by numpy from the
formulas of README.md and the recorded gradients; nothing of ntkw takes part. Needs h5py. Run in this folder:

    /usr/bin/python3 make_batches.py
"""
import h5py
import numpy as np

SOURCE, TARGET = "C_twohead_ntk_f32.h5", "E_batches_ntk_f32.h5"
BATCHES, EPOCHS, EVERY, ALPHA = 3, 6, 2, 0.7
STEPS = BATCHES * EPOCHS
PER_STEP = ("losses", "gradients", "norm_torch", "norm_exact", "sumsq_exact")
TEXTS = {
    "source": "gradients of PINA 0.3.2 (C_twohead_ntk_f32.h5), weights of make_batches.py",
    "pina_class": "NeuralTangentKernelWeighting",
    "problem": "2D biharmonic by two heads, steps regrouped as batches",
    "rule": "ntk",
    "dtype": "float32",
}


def replayed_weights(gradients, epochs):
    """w <- alpha w + (1 - alpha) n / sum n at every batch of a due epoch; w = 1 before the first."""
    weights = np.ones(gradients.shape[1])
    for gradient, epoch in zip(gradients.astype(np.float64), epochs):
        if epoch % EVERY == 0:
            norms = np.sqrt(np.sum(gradient * gradient, axis=1))
            weights = ALPHA * weights + (1 - ALPHA) * norms / np.sum(norms)
        yield weights


def main():
    with h5py.File(SOURCE, "r") as source, h5py.File(TARGET, "w", libver="earliest") as target:
        step = np.arange(STEPS)
        epoch, batch = step // BATCHES, step % BATCHES
        put = lambda name, data: target.create_dataset(name, data=data, track_times=False)
        for name in PER_STEP:
            put(name, source[name][:STEPS])
        for name in ("conditions", "unused"):
            put(name, source[name][...])
        for group in ("segments", "frozen"):
            source.copy(group, target)
        weights = np.array(list(replayed_weights(source["gradients"][:STEPS], epoch)))
        put("epoch", epoch.astype(np.int64))
        put("batch", batch.astype(np.int64))
        put("updated", (epoch % EVERY == 0).astype(np.uint8))
        put("weights", weights)
        losses = source["losses"][:STEPS].astype(np.float64)
        put("total", np.sum(weights * losses, axis=1).astype(np.float32))
        target.attrs["alpha"] = np.float64(ALPHA)
        target.attrs["update_every"] = np.int64(EVERY)
        for name, text in TEXTS.items():
            target.attrs.create(name, np.bytes_(text), dtype=f"S{len(text) + 1}")


main()
