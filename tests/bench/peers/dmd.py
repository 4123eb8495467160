"""Peer of the DMD benchmark: delay embedding, SVD of the full Hankel matrix, principal component regression.

Written from the description of the method (HAVOK DMD as DSA uses it), in PyTorch in f32 as the published package computes,
or in NumPy in f64. The data come from a formula, the same as in tests/bench/compute/dmd.ts.
"""

import json
import sys
import time

import numpy
import torch

given = json.load(sys.stdin)
torch.set_num_threads(given["threads"])
trials, moments, units, delays = given["trials"], given["time"], given["units"], given["delays"]
rank = given["rank"]


def formula(size):
    words = (numpy.arange(size, dtype=numpy.uint64) * numpy.uint64(2654435761)) % numpy.uint64(2**32)
    words = (words ^ (words >> numpy.uint64(15))) * numpy.uint64(2246822519) % numpy.uint64(2**32)
    return words / 2**32 - 0.5


def series():
    noise = formula(trials * moments * units).reshape(trials, moments, units)
    decay = 0.8 * numpy.cos(0.01 * numpy.arange(units))
    data = numpy.empty_like(noise)
    data[:, 0] = noise[:, 0]
    for t in range(1, moments):
        past = data[:, t - 1]
        data[:, t] = noise[:, t] + decay * past + 0.15 * numpy.roll(past, -1, axis=1)
    return data


def embed(data, empty):
    rows = moments - delays + 1
    hankel = empty((trials, rows, delays * units))
    for b in range(delays):
        start = delays - 1 - b
        hankel[:, :, b * units:(b + 1) * units] = data[:, start:start + rows]
    return hankel


def fit_torch(data):
    hankel = embed(torch.from_numpy(data).float(), torch.zeros)
    rows = hankel.shape[1]
    _, s, vh = torch.linalg.svd(hankel.reshape(-1, delays * units).T, full_matrices=False)
    v = vh.T.reshape(trials, rows, -1)[:, :, :rank]
    before = v[:, :-1].reshape(-1, rank)
    after = v[:, 1:].reshape(-1, rank)
    a = (torch.linalg.inv(before.T @ before) @ before.T @ after).T
    return s.numpy(), a.numpy()


def fit_numpy(data):
    hankel = embed(data, numpy.zeros)
    rows = hankel.shape[1]
    _, s, vh = numpy.linalg.svd(hankel.reshape(-1, delays * units).T, full_matrices=False)
    v = vh.T.reshape(trials, rows, -1)[:, :, :rank]
    before = v[:, :-1].reshape(-1, rank)
    after = v[:, 1:].reshape(-1, rank)
    return s, numpy.linalg.solve(before.T @ before, before.T @ after).T


data = series()
fit = fit_torch if given["by"] == "torch" else fit_numpy
seconds = []
for _ in range(given["times"]):
    began = time.perf_counter()
    s, a = fit(data)
    seconds.append(time.perf_counter() - began)
moduli = numpy.sort(numpy.abs(numpy.linalg.eigvals(a.astype(numpy.float64))))[::-1]
print(json.dumps({
    "seconds": seconds,
    "result": [*(s[:20] / s[0]).tolist(), *moduli[:20].tolist()],
    "versions": {"torch": torch.__version__, "numpy": numpy.__version__},
}))
