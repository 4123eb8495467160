"""Reference numbers for tests of pairs, labels, intervals and the normal distribution; writes tests.json.

Run with NumPy and SciPy: python3 make_tests.py. Values lie on a grid of 1/64 where ties are wanted.
"""

import json
import numpy as np
from scipy import special, stats

rng = np.random.default_rng(20265)


def grid(size, loc=0.0):
    return np.round((rng.normal(size=size) + loc) * 8) / 64


def wilcoxon(a, b):
    out = {"a": a.tolist(), "b": b.tolist()}
    n = np.count_nonzero(a != b)
    # Exact for these ties: all 2^n patterns of signs of the pairs that differ.
    d = (a - b)[a != b]
    for name in ["two-sided", "greater", "less"]:
        found = stats.wilcoxon(d, alternative=name, method=stats.PermutationMethod(n_resamples=2 ** n + 1))
        out[name.replace("-", "_")] = float(found.pvalue)
    ranks = stats.rankdata(np.abs(d))
    out["statistic"] = float(ranks[d > 0].sum())
    out["num_pairs"] = int(n)
    return out


def paired(a, b):
    found = stats.ttest_rel(a, b)
    return {"a": a.tolist(), "b": b.tolist(), "t": float(found.statistic), "p": float(found.pvalue)}


def labels(a, b):
    out = {"a": a.tolist(), "b": b.tolist()}
    for name in ["two-sided", "greater", "less"]:
        found = stats.permutation_test(
            (a, b), lambda x, y, axis: x.mean(axis=axis) - y.mean(axis=axis),
            vectorized=True, n_resamples=np.inf, alternative=name)
        out[name.replace("-", "_")] = float(found.pvalue)
    count = special.comb(len(a) + len(b), len(a), exact=True)
    # SciPy's two-sided value is twice the smaller tail; here it is the share with as large an absolute difference.
    pooled = np.concatenate([a, b])
    total, n = pooled.sum(), len(a)
    import itertools
    diffs = np.array([pooled[list(c)].sum() for c in itertools.combinations(range(len(pooled)), n)])
    diffs = diffs / n - (total - diffs) / len(b)
    observed = a.mean() - b.mean()
    out["two_sided"] = float(np.mean(np.abs(diffs) >= abs(observed) - 1e-12))
    out["divisions"] = int(count)
    return out


def bca(x, name, statistic):
    out = {"x": x.tolist(), "statistic": name}
    for method in ["percentile", "BCa"]:
        found = stats.bootstrap((x,), statistic, n_resamples=200_000, method=method, batch=2000,
                                rng=np.random.default_rng(1)).confidence_interval
        out[method] = [float(found.low), float(found.high)]
    return out


skewed = np.round(rng.exponential(size=30) * 64) / 64
reference = {
    "wilcoxon": [wilcoxon(grid(7), grid(7)), wilcoxon(grid(12, 0.7), grid(12)), wilcoxon(rng.normal(size=9), rng.normal(size=9))],
    "wilcoxon_large": None,
    "paired_t": [paired(rng.normal(size=n), rng.normal(size=n) + 0.4) for n in (2, 5, 23)],
    "labels": [labels(grid(4), grid(5)), labels(grid(6, 1), grid(3)), labels(rng.normal(size=5), rng.normal(size=7))],
    "intervals": [bca(skewed, "mean", np.mean), bca(skewed[:14], "variance", lambda v, axis: np.var(v, axis=axis, ddof=1)),
                  bca(rng.normal(size=20), "mean", np.mean)],
    "normal_cdf": [[z, float(special.ndtr(z))] for z in [-37.5, -12.3, -6.0, -2.5, -1.7, -1.0, -0.3, 0.0, 1e-9, 0.7, 1.73, 1.9599, 3.1, 8.0]],
    "normal_quantile": [[p, float(special.ndtri(p))] for p in [1e-300, 1e-12, 0.001, 0.025, 0.2, 0.5, 0.6, 0.975, 0.999999]],
}
big_a, big_b = rng.normal(size=260) + 0.2, rng.normal(size=260)
found = stats.wilcoxon(big_a, big_b, method="asymptotic", correction=True)
reference["wilcoxon_large"] = {"a": big_a.tolist(), "b": big_b.tolist(), "two_sided": float(found.pvalue)}
with open("tests.json", "w") as file:
    json.dump(reference, file, indent=1)
    file.write("\n")
