"""Writes eigen.json: eigenvalues and singular values of matrices with a name, by LAPACK."""

import json

import numpy
import scipy
import scipy.linalg

random = numpy.random.default_rng(20261123)
eps = numpy.finfo(float).eps


def orthogonal(n):
    return scipy.linalg.qr(random.standard_normal((n, n)))[0]


def wilkinson(n):
    return numpy.diag(abs(numpy.arange(n) - (n - 1) / 2)) + numpy.diag(numpy.ones(n - 1), 1) + numpy.diag(numpy.ones(n - 1), -1)


def clement(n):
    k = numpy.arange(1, n, dtype=float)
    return numpy.diag(k, -1) + numpy.diag(k[::-1], 1)


def symmetric_clement(n):
    k = numpy.arange(1, n, dtype=float)
    off = numpy.sqrt(k * k[::-1])
    return numpy.diag(off, -1) + numpy.diag(off, 1)


def grcar(n):
    return numpy.triu(numpy.tril(numpy.ones((n, n)), 3)) - numpy.diag(numpy.ones(n - 1), -1)


def frank(n):
    return numpy.array([[float(n - max(i, j)) if j >= i - 1 else 0.0 for j in range(n)] for i in range(n)])


def kahan(n, angle=1.2):
    s, c = numpy.sin(angle), numpy.cos(angle)
    return numpy.diag(s ** numpy.arange(n)) @ (numpy.triu(-c * numpy.ones((n, n)), 1) + numpy.eye(n))


def glued_wilkinson(copies, n=11, glue=1e-9):
    a = scipy.linalg.block_diag(*[wilkinson(n)] * copies)
    for i in range(n, copies * n, n):
        a[i, i - 1] = a[i - 1, i] = glue
    return a


def with_spectrum(values):
    q = orthogonal(len(values))
    a = q @ numpy.diag(values) @ q.T
    return (a + a.T) / 2


def companion(roots):
    return scipy.linalg.companion(numpy.poly(roots))


symmetric = {
    "Wilkinson W21+": wilkinson(21),
    "three glued Wilkinson matrices": glued_wilkinson(3),
    "Clement, symmetric, 24": symmetric_clement(24),
    "second differences, 30": 2 * numpy.eye(30) - numpy.diag(numpy.ones(29), 1) - numpy.diag(numpy.ones(29), -1),
    "clusters at 1 and −1, 26": with_spectrum(numpy.r_[1 + 1e-13 * numpy.arange(13), -1 - 1e-13 * numpy.arange(13)]),
    "graded 1e-12 … 1e12, 20": (lambda d, g: d[:, None] * (g + g.T) * d[None, :])(10.0 ** numpy.linspace(6, -6, 20), random.standard_normal((20, 20))),
    "all by 1e150, 14": (lambda g: (g + g.T) * 1e150)(random.standard_normal((14, 14))),
    "all by 1e-150, 14": (lambda g: (g + g.T) * 1e-150)(random.standard_normal((14, 14))),
    "rank 3, 22": (lambda g: g @ g.T)(random.standard_normal((22, 3))),
}
general = {
    "random, 33": random.standard_normal((33, 33)),
    "Clement, 16": clement(16),
    "Grcar, 20": grcar(20),
    "Frank, 8": frank(8),
    "companion of 1 … 8": companion(numpy.arange(1, 9)),
    "companion of roots of unity, 14": companion(numpy.exp(2j * numpy.pi * numpy.arange(14) / 14)).real,
    "orthogonal, 25": orthogonal(25),
    "skew, 17": (lambda g: g - g.T)(random.standard_normal((17, 17))),
    "stochastic, 15": (lambda g: g / g.sum(1)[:, None])(random.random((15, 15))),
    "block triangular, 18": numpy.kron(numpy.triu(numpy.ones((3, 3))), random.standard_normal((6, 6))) + numpy.diag(numpy.repeat([0.0, 3, -4], 6)),
    "similar by 1e±12, 13": (lambda d, g: d[:, None] * g / d[None, :])(2.0 ** numpy.arange(-40, 25, 5), random.standard_normal((13, 13))),
    "all by 1e150, 12": random.standard_normal((12, 12)) * 1e150,
    "all by 1e-150, 12": random.standard_normal((12, 12)) * 1e-150,
}
rectangular = {
    "random, 40 × 15": random.standard_normal((40, 15)),
    "random, 14 × 30": random.standard_normal((14, 30)),
    "Hilbert, 13": scipy.linalg.hilbert(13),
    "Kahan, 25": kahan(25),
    "Vandermonde, 20 × 13": numpy.vander(numpy.linspace(-1, 1, 20), 13),
    "rank 4, 30 × 18": random.standard_normal((30, 4)) @ random.standard_normal((4, 18)),
    "repeated, 24": orthogonal(24) @ numpy.diag(numpy.repeat([3.0, 2, 1], 8)) @ orthogonal(24),
    "upper ones, 16": numpy.triu(numpy.ones((16, 16))),
    "1 × 1": numpy.array([[-2.5]]),
    "all by 1e150, 16 × 12": random.standard_normal((16, 12)) * 1e150,
    "all by 1e-150, 16 × 12": random.standard_normal((16, 12)) * 1e-150,
}


def eigenvalues(a):
    """Eigenvalues with their condition numbers 1/|yᴴx|, of the balanced matrix where that is another."""
    balanced, _ = scipy.linalg.matrix_balance(a)
    values, left, right = scipy.linalg.eig(balanced, left=True)
    condition = 1 / abs(numpy.sum(left.conj() * right, axis=0))
    size = numpy.linalg.norm(balanced / abs(balanced).max()) * abs(balanced).max()
    values = scipy.linalg.eigvals(a)
    return {"re": values.real.tolist(), "im": values.imag.tolist(), "error": float(40 * eps * size * condition.max())}


def flat(a):
    return {"rows": a.shape[0], "columns": a.shape[1], "a": a.reshape(-1).tolist()}


lines = {
    "symmetric": [{"name": k, **flat(a), "values": scipy.linalg.eigvalsh(a)[::-1].tolist()} for k, a in symmetric.items()],
    "general": [{"name": k, **flat(a), **eigenvalues(a)} for k, a in general.items()],
    "singular": [{"name": k, **flat(a), "values": scipy.linalg.svdvals(a).tolist()} for k, a in rectangular.items()],
}
versions = {"numpy": numpy.__version__, "scipy": scipy.__version__}
with open("eigen.json", "w") as file:
    parts = ",\n".join(
        '  "%s": [\n    %s\n  ]' % (kind, ",\n    ".join(json.dumps(case, separators=(",", ":")) for case in cases))
        for kind, cases in lines.items()
    )
    file.write('{\n  "versions": %s,\n%s\n}\n' % (json.dumps(versions), parts))
for case in lines["general"]:
    print(case["name"], case["error"])
