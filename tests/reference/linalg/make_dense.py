"""Writes dense.json: QR, LU, Cholesky and solves of small matrices by LAPACK, with determinants and condition numbers."""

import json

import numpy
import scipy
import scipy.linalg

random = numpy.random.default_rng(20261122)


def triangle(a):
    """R with a diagonal that is not negative."""
    r = scipy.linalg.qr(a, mode="economic")[1]
    return r * numpy.where(numpy.diag(r) < 0, -1, 1)[:, None]


def hilbert(n):
    return scipy.linalg.hilbert(n)


tall = random.standard_normal((37, 21))
square = random.standard_normal((45, 45))
cases = {
    "1 × 1": numpy.array([[-3.5]]),
    "1 × 6": random.standard_normal((1, 6)),
    "6 × 1": random.standard_normal((6, 1)),
    "wide, 5 × 9": random.standard_normal((5, 9)),
    "tall, 37 × 21": tall,
    "square, 45 × 45": square,
    "Hilbert, 7 × 7": hilbert(7),
    "rows by 1e±150, 12 × 12": random.standard_normal((12, 12)) * numpy.logspace(-150, 150, 12)[:, None],
    "columns by 1e±150, 20 × 12": random.standard_normal((20, 12)) * numpy.logspace(150, -150, 12)[None, :],
    "all by 1e150, 9 × 9": random.standard_normal((9, 9)) * 1e150,
    "all by 1e-150, 9 × 9": random.standard_normal((9, 9)) * 1e-150,
    "rank 3, 14 × 8": random.standard_normal((14, 3)) @ random.standard_normal((3, 8)),
}
written = []
for name, a in cases.items():
    m, n = a.shape
    case = {"name": name, "rows": m, "columns": n, "a": a.reshape(-1).tolist()}
    case["r"] = triangle(a).reshape(-1).tolist()
    case["condition"] = float(numpy.linalg.cond(a)) if "rank" not in name and "±" not in name else None
    if m == n:
        b = random.standard_normal((n, 3))
        case["b"] = b.reshape(-1).tolist()
        case["x"] = scipy.linalg.solve(a, b).reshape(-1).tolist()
        sign, log = numpy.linalg.slogdet(a)
        case["determinant"] = {"sign": float(sign), "log": float(log)}
        lu, pivots = scipy.linalg.lu_factor(a)
        case["lu"], case["pivots"] = lu.reshape(-1).tolist(), pivots.tolist()
    if m >= n and "±" not in name and "150" not in name and "rank" not in name:
        gram = a.T @ a
        case["gram"] = gram.reshape(-1).tolist()
        case["cholesky"] = numpy.linalg.cholesky(gram).reshape(-1).tolist()
    written.append(case)

versions = {"numpy": numpy.__version__, "scipy": scipy.__version__}
with open("dense.json", "w") as file:
    lines = ",\n    ".join(json.dumps(case, separators=(",", ":")) for case in written)
    file.write('{\n  "versions": %s,\n  "cases": [\n    %s\n  ]\n}\n' % (json.dumps(versions), lines))
