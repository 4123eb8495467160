"""Tests A and B of repal.json by plain NumPy, independent of Basin. Run: python3 check_repal.py (5 s, 1 GB)"""
import json

import numpy as np

reference = json.load(open("repal.json"))


def simulate(rs, r, s=10, b=2.667, dt=0.01, time=200, trials=200):
    u = np.empty((trials, time, 3))
    u[:, 0] = rs.rand(trials, 3)
    for t in range(time - 1):
        x, y, z = u[:, t].T
        velocity = np.stack([s * (y - x), r * x - y - x * z, x * y - b * z], axis=1)
        u[:, t + 1] = u[:, t] + velocity * dt
    low, high = u.min((1, 2), keepdims=True), u.max((1, 2), keepdims=True)
    return (u - low) / (high - low + 1e-6)


def centre(u):
    rows = u.reshape(-1, 3)
    return rows - rows.mean(0)


def cka(u, v):
    u, v = centre(u), centre(v)
    return np.linalg.norm(u.T @ v) ** 2 / np.linalg.norm(u.T @ u) / np.linalg.norm(v.T @ v)


def procrustes(u, v):
    u, v = centre(u), centre(v)
    return np.linalg.norm(u.T @ v, "nuc") / np.linalg.norm(u) / np.linalg.norm(v)


def angle(similarity):
    return 2 / np.pi * np.arccos(min(similarity, 1))


rs = np.random.RandomState(reference["seed"])
patterns = [simulate(rs, r) for r in reference["r"]]
for simulation, known in reference["last_points_of_trajectory_0"].items():
    print("last point", simulation, patterns[int(simulation)][0, -1].tolist(), known)
for measure, name in ((cka, "cka"), (procrustes, "procrustes_cosine")):
    for i, row in enumerate(reference[name]):
        found = [measure(patterns[i], patterns[j]) for j in range(i + 1, 9)]
        print(name, i, np.abs(np.subtract(found, row)).max() < 5.0001e-6)

test_b = reference["test_b"]
rs = np.random.RandomState(reference["seed"])
patterns = [simulate(rs, r) for r in test_b["r"]]
curves = {(name, kind): [] for name in ("cka", "procrustes") for kind in ("noise", "ratio")}
for p, base in enumerate(patterns):
    for q, added in enumerate(patterns):
        if p == q:
            continue
        noisy = [[np.sqrt(1 - s**2) * base + s * rs.randn(*base.shape) for s in test_b["sigma"]] for _ in range(3)]
        for measure, name in ((cka, "cka"), (procrustes, "procrustes")):
            noise, ratio = [], []
            for epoch, alpha in enumerate(test_b["alpha"]):
                mixed = noisy[2][epoch] + alpha * (added - added[:, :1])
                noise.append(measure(noisy[0][epoch], noisy[1][epoch]))
                ratio.append(measure(noisy[1][epoch], mixed))
            if name == "cka" and (p, q) == (0, 1):
                print("first", ["%.12f" % value for pair in zip(noise, ratio) for value in pair])
            curves[name, "noise"].append([angle(value) for value in noise])
            curves[name, "ratio"].append([angle(value) for value in ratio])
for (name, kind), values in curves.items():
    mean = np.mean(values, axis=0)
    r_squared = np.corrcoef([1, 2, 3], mean)[0, 1] ** 2
    print(name, kind, mean.tolist(), "R2", r_squared, "gap", abs(mean[2] - mean[0]), "known", test_b[kind][name])
