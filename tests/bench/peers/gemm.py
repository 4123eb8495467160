# Dense linear algebra in f64 by NumPy and SciPy (LAPACK). Numbers come from a formula, the same as in
# tests/bench/compute/gemm.ts.
import json
import sys
import time

import numpy
import scipy
import scipy.linalg

given = json.load(sys.stdin)
work, m, n, times = given["work"], given["m"], given["n"], given["times"]


def matrix(index, rows, columns):
    at = numpy.arange(rows * columns, dtype=numpy.uint64) + numpy.uint64(index * 1_000_003)
    words = (at * numpy.uint64(2654435761)) % numpy.uint64(2**32)
    words = (words ^ (words >> numpy.uint64(15))) * numpy.uint64(2246822519) % numpy.uint64(2**32)
    return (words / 2**32 - 0.5).reshape(rows, columns)


a, b = matrix(0, m, n), matrix(1, n, n)
positive = a.T @ a + numpy.eye(n)
runs = {
    "product": lambda: a @ b,
    "gram": lambda: a.T @ a,
    "qr, R": lambda: scipy.linalg.qr(a, mode="r", check_finite=False)[0],
    "qr, Q and R": lambda: numpy.linalg.qr(a)[1],
    "lu": lambda: scipy.linalg.lu_factor(a, check_finite=False)[0],
    "solve": lambda: numpy.linalg.solve(a, b),
    "cholesky": lambda: numpy.linalg.cholesky(positive),
}
run = runs[work]
found = run()
seconds = []
for _ in range(times):
    began = time.perf_counter()
    found = run()
    seconds.append(time.perf_counter() - began)
if work.startswith("qr"):
    found = numpy.abs(numpy.diag(found[:n]))
if work == "lu":
    found = numpy.abs(numpy.diag(found))
print(json.dumps({
    "seconds": seconds,
    "result": found.reshape(-1)[:200].tolist(),
    "versions": {"numpy": numpy.__version__, "scipy": scipy.__version__},
}))
