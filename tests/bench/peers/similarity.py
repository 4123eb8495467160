# Similarities of representations as one writes them in NumPy and SciPy, centring included. Numbers come from a formula, the same
# as in tests/bench/compute/similarity.ts.
import json
import sys
import time

import numpy
import scipy
from scipy.spatial.distance import pdist, squareform

given = json.load(sys.stdin)
work, m, p, times = given["work"], given["m"], given["p"], given["times"]


def matrix(index, rows, columns):
    at = numpy.arange(rows * columns, dtype=numpy.uint64) + numpy.uint64(index * 1_000_003)
    words = (at * numpy.uint64(2654435761)) % numpy.uint64(2**32)
    words = (words ^ (words >> numpy.uint64(15))) * numpy.uint64(2246822519) % numpy.uint64(2**32)
    return (words / 2**32 - 0.5).reshape(rows, columns)


def centred(x):
    return x - x.mean(0)


def linear(x, y):
    x, y = centred(x), centred(y)
    shared = numpy.linalg.norm(y.T @ x) ** 2
    return shared / (numpy.linalg.norm(x.T @ x) * numpy.linalg.norm(y.T @ y))


def hsic(k, l):
    # The trace of a product as a sum over entries.
    n = len(k)
    rows, columns = k.sum(0), l.sum(0)
    total = (k * l).sum() + rows.sum() * columns.sum() / ((n - 1) * (n - 2))
    return total - 2 * (rows @ columns) / (n - 2)


def gram(x):
    k = x @ x.T
    numpy.fill_diagonal(k, 0)
    return k


def debiased(x, y):
    k, l = gram(x), gram(y)
    return hsic(k, l) / numpy.sqrt(hsic(k, k) * hsic(l, l))


def minibatch(x, y, size=256):
    sums = numpy.zeros(3)
    for i in range(0, len(x) - size + 1, size):
        k, l = gram(x[i:i + size]), gram(y[i:i + size])
        sums += [hsic(k, l), hsic(k, k), hsic(l, l)]
    return sums[0] / numpy.sqrt(sums[1] * sums[2])


def rbf(x, y):
    def kernel(x):
        squares = pdist(x, "sqeuclidean")
        k = numpy.exp(squareform(squares) / (-2 * numpy.median(squares)))
        rows = k.mean(0)
        return k - rows - rows[:, None] + rows.mean()

    k, l = kernel(x), kernel(y)
    return (k * l).sum() / numpy.sqrt((k * k).sum() * (l * l).sum())


def procrustes(x, y):
    x, y = centred(x), centred(y)
    nuclear = numpy.linalg.svd(x.T @ y, compute_uv=False).sum()
    return nuclear / (numpy.linalg.norm(x) * numpy.linalg.norm(y))


def cca(x, y):
    a, b = numpy.linalg.qr(centred(x))[0], numpy.linalg.qr(centred(y))[0]
    return numpy.linalg.svd(a.T @ b, compute_uv=False).mean()


run = {
    "linear CKA": linear,
    "debiased CKA": debiased,
    "minibatch CKA": minibatch,
    "RBF CKA": rbf,
    "Procrustes": procrustes,
    "CCA": cca,
}[work]
x, noise = matrix(0, m, p), matrix(1, m, p)
y = 0.5 * x + noise
found = run(x, y)
seconds = []
for _ in range(times):
    began = time.perf_counter()
    found = run(x, y)
    seconds.append(time.perf_counter() - began)
print(json.dumps({
    "seconds": seconds,
    "result": [float(found)],
    "versions": {"numpy": numpy.__version__, "scipy": scipy.__version__},
}))
