# Eigenvalues and singular values in f64 by NumPy (LAPACK). Numbers come from a formula, the same as in
# tests/bench/compute/eigen.ts.
import json
import sys
import time

import numpy

given = json.load(sys.stdin)
work, m, n, times = given["work"], given["m"], given["n"], given["times"]


def matrix(index, rows, columns):
    at = numpy.arange(rows * columns, dtype=numpy.uint64) + numpy.uint64(index * 1_000_003)
    words = (at * numpy.uint64(2654435761)) % numpy.uint64(2**32)
    words = (words ^ (words >> numpy.uint64(15))) * numpy.uint64(2246822519) % numpy.uint64(2**32)
    return (words / 2**32 - 0.5).reshape(rows, columns)


a = matrix(0, m, n)
if work.startswith("symmetric"):
    a = a + a.T
if work.startswith("leading"):
    scaled = a * 0.9 ** numpy.arange(n)
    a = scaled.T @ scaled
# In the order in which lib/math gives them; of the general problem the moduli.
down = lambda values: numpy.sort(values)[::-1]
runs = {
    "symmetric": (lambda: numpy.linalg.eigh(a), lambda found: down(found[0])),
    "symmetric, values": (lambda: numpy.linalg.eigvalsh(a), down),
    "general": (lambda: numpy.linalg.eig(a), lambda found: down(abs(found[0]))),
    "general, values": (lambda: numpy.linalg.eigvals(a), lambda found: down(abs(found))),
    "svd": (lambda: numpy.linalg.svd(a, full_matrices=False), lambda found: found[1]),
    "svd, values": (lambda: numpy.linalg.svd(a, compute_uv=False), lambda found: found),
    "leading 20": (lambda: numpy.linalg.eigh(a), lambda found: down(found[0])[:20]),
}
run, result = runs[work]
found = run()
seconds = []
for _ in range(times):
    began = time.perf_counter()
    found = run()
    seconds.append(time.perf_counter() - began)
print(json.dumps({
    "seconds": seconds,
    "result": result(found).tolist(),
    "versions": {"numpy": numpy.__version__},
}))
