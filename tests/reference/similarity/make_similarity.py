# Similarities of random representations from their definitions, with NumPy alone: kernels and paddings are formed, nothing is
# shared between cases. Writes similarity.json beside it.
import json
import os

import numpy as np

rng = np.random.default_rng(20261122)


def centred(x):
    return x - x.mean(0)


def hsic(k, l):
    """Song et al. 2012, equation 5."""
    k, l, m = k - np.diag(np.diag(k)), l - np.diag(np.diag(l)), len(k)
    total = np.trace(k @ l) + k.sum() * l.sum() / ((m - 1) * (m - 2)) - 2 * (k @ l).sum() / (m - 2)
    return total / (m * (m - 3))


def ratio(k, l):
    return hsic(k, l) / np.sqrt(hsic(k, k) * hsic(l, l))


def minibatch(x, y, size):
    sums = np.zeros(3)
    for i in range(0, len(x) - size + 1, size):
        k, l = x[i:i + size] @ x[i:i + size].T, y[i:i + size] @ y[i:i + size].T
        sums += [hsic(k, l), hsic(k, k), hsic(l, l)]
    return sums[0] / np.sqrt(sums[1] * sums[2])


def gaussian(x, fraction):
    squares = ((x[:, None] - x[None]) ** 2).sum(-1)
    median = np.median(squares[np.triu_indices(len(x), 1)])
    return np.exp(-squares / (2 * fraction**2 * median))


def whitened(x, alpha):
    """netrep's convention: Z = V (α + (1 − α)/√λ) Vᵀ, scaled to keep the variance; directions without content stay so."""
    values, vectors = np.linalg.eigh(x.T @ x)
    there = values > 1e-10 * values[-1]
    values = np.where(there, values, 1)
    d = there * (alpha + (1 - alpha) / np.sqrt(values))
    d *= np.sqrt((there * values).sum() / (d**2 * values).sum())
    return x @ ((vectors * d) @ vectors.T)


def shape(x, y, alpha=1, rotations_only=False, centre=True):
    x, y = (centred(x), centred(y)) if centre else (x, y)
    if alpha < 1:
        x, y = whitened(x, alpha), whitened(y, alpha)
    width = max(x.shape[1], y.shape[1])
    x, y = (np.pad(one, ((0, 0), (0, width - one.shape[1]))) for one in (x, y))
    u, s, vt = np.linalg.svd(x.T @ y)
    if rotations_only and np.linalg.det(u @ vt) < 0:
        s[-1] *= -1
    a, b = np.linalg.norm(x), np.linalg.norm(y)
    return [s.sum() / a / b, np.sqrt(a * a + b * b - 2 * s.sum())]


def leading(x, variance):
    u, s, _ = np.linalg.svd(centred(x), full_matrices=False)
    return u[:, :np.searchsorted(np.cumsum(s**2) / np.sum(s**2), variance) + 1]


def svcca(x, y, variance):
    a, b = leading(x, variance), leading(y, variance)
    s = np.linalg.svd(a.T @ b, compute_uv=False)
    return [a.shape[1], b.shape[1], s.mean(), s.sum() / np.sqrt(a.shape[1] * b.shape[1])]


def pwcca(x, y):
    x, y = centred(x), centred(y)
    a, b = np.linalg.qr(x)[0], np.linalg.qr(y)[0]
    u, s, vt = np.linalg.svd(a.T @ b, full_matrices=False)

    def mean(variates, features):
        weights = np.abs(variates.T @ features).sum(1)
        return (weights * s).sum() / weights.sum()

    return [mean(a @ u, x), mean(b @ vt.T, y)]


def ridged(x, y, ridge):
    def whiten(x):
        covariance = centred(x).T @ centred(x)
        added = ridge * np.linalg.eigvalsh(covariance)[-1] * np.eye(len(covariance))
        values, vectors = np.linalg.eigh(covariance + added)
        return centred(x) @ (vectors / np.sqrt(values)) @ vectors.T

    a, b = whiten(x), whiten(y)
    nuclear = np.linalg.svd(a.T @ b, compute_uv=False).sum()
    return nuclear / np.linalg.norm(a) / np.linalg.norm(b)


cases = []
for m, p, q in [(14, 3, 4), (15, 4, 4), (11, 16, 2), (12, 20, 14), (13, 1, 1)]:
    shared = rng.normal(size=(m, 2))

    def features(width, offset):
        own = rng.normal(size=(m, width)) * rng.uniform(0.2, 3, width)
        return np.round(own + shared @ rng.normal(size=(2, width)) + offset, 3)

    x, y = features(p, 5), features(q, -2)
    mirrored = y * np.r_[-1, np.ones(q - 1)]
    case = {
        "items": m,
        "x": x.tolist(),
        "y": y.tolist(),
        "debiased": ratio(x @ x.T, y @ y.T),
        "minibatch": {size: minibatch(x, y, size) for size in (4, 5)},
        "rbf_debiased": {f: ratio(gaussian(x, f), gaussian(y, f)) for f in (0.5, 1.5)},
        "shape": {alpha: shape(x, y, alpha) for alpha in (1, 0.5, 0.1, 0)},
        "shape_as_it_is": shape(x, y, centre=False),
        "ridge": ridged(x, y, 0.05),
    }
    if p == q:
        case["rotations_only"] = shape(x, y, 1, True)
        case["rotations_only_mirrored"] = shape(x, mirrored, 1, True)
        case["rotations_only_whitened"] = shape(x, y, 0.4, True)
    if m > p + q + 1:
        case["svcca"] = svcca(x, y, 0.9)
        case["pwcca"] = pwcca(x, y)
    cases.append(case)
path = os.path.join(os.path.dirname(__file__), "similarity.json")
with open(path, "w") as file:
    json.dump({"cases": cases}, file)
    file.write("\n")
