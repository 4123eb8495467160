"""Reference numbers for generators, integrators and attractors. Run: python3 make_reference.py"""
import hashlib
import json
import platform

import numpy as np
import scipy
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

versions = {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__}


def state_of(rs):
    _, key, pos, has_gauss, gauss = rs.get_state()
    return {
        "key_sha256": hashlib.sha256(np.asarray(key, "<u4").tobytes()).hexdigest(),
        "pos": int(pos),
        "has_gauss": int(has_gauss),
        "gauss": float(gauss),
    }


generators = []
for seed in (0, 1, 42, 20240711, 2**32 - 1):
    rs = np.random.RandomState(seed)
    case = {"seed": seed}
    # One stream, drawn in this order; every block starts where the one before stopped.
    case["uniform"] = rs.random_sample(5).tolist()
    case["normal_odd"] = rs.standard_normal(5).tolist()
    case["uniform_between"] = rs.uniform(-2.5, 4.0, 3).tolist()
    case["normal_even"] = rs.standard_normal(4).tolist()
    case["integers_1_3"] = rs.randint(1, 3, 7).tolist()
    case["integers_0_10"] = rs.randint(0, 10, 9).tolist()
    case["integers_5_6"] = rs.randint(5, 6, 2).tolist()
    case["integers_large"] = rs.randint(-1000000, 2000000, 4).tolist()
    case["uniform_unaligned"] = rs.random_sample(700).tolist()[-3:]
    case["normal_unaligned"] = rs.standard_normal(1001).tolist()[-3:]
    case["state"] = state_of(rs)
    generators.append(case)

rs = np.random.RandomState(42)
rs.random_sample(1800)
rs.standard_normal(100001)
far = {"after": "1800 uniform, 100001 normal, seed 42", "state": state_of(rs), "next_uniform": rs.random_sample()}

line = []
rs = np.random.RandomState(42)
starts = rs.rand(50, 3)
direction = np.array([1e-4] * 3)
for _ in range(50):
    n = rs.normal(0, 1)
    axis = rs.randint(1, 3)
    sign = np.ones(3)
    sign[axis] = -1
    direction = direction * sign * n
    line.append((n * direction).tolist())

with open("legacy_random.json", "w") as out:
    json.dump({"versions": versions, "generators": generators, "far": far, "published_line": line}, out, indent=1)


def lorenz(_, u, s=10.0, r=28.0, b=8 / 3):
    x, y, z = u
    return [s * (y - x), r * x - y - x * z, x * y - b * z]


def rossler(_, u, a=0.2, b=0.2, c=5.7):
    x, y, z = u
    return [-y - z, x + a * y, b + z * (x - c)]


def at(field, start, times):
    kw = dict(method="DOP853", rtol=1e-13, atol=1e-14, t_eval=times)
    return solve_ivp(field, (0, times[-1]), start, **kw).y.T.tolist()


def period(mu):
    f = lambda _, u: [u[1], mu * (1 - u[0] ** 2) * u[1] - u[0]]
    section = lambda _, u: u[0]
    section.direction = 1
    kw = dict(method="DOP853", rtol=1e-13, atol=1e-14, events=section)
    times = solve_ivp(f, (0, 40 * max(mu, 1 / mu)), [2.0, 0.0], **kw).t_events[0]
    return times[-1] - times[-2]


dynamics = {
    "versions": versions,
    "lorenz": {"start": [1, 1, 1], "times": [0.5, 1, 2, 5], "states": at(lorenz, [1, 1, 1], [0.5, 1, 2, 5])},
    "rossler": {"start": [1, 1, 0], "times": [1, 5, 10, 20], "states": at(rossler, [1, 1, 0], [1, 5, 10, 20])},
    "van_der_pol_periods": [[mu, period(mu)] for mu in (0.1, 1.0, 5.0, 10.0)],
}


def ring_bump(j0=-10.0, j1=20.0, i0=0.0):
    # Rates phi(c + a cos t) with c = i0 + j0 <phi>, a = j1 <phi cos t>: the bump by root finding in two numbers.
    t = 2 * np.pi * np.arange(64) / 64
    phi = lambda u: 1 / (1 + np.exp(-u))
    even = lambda a: brentq(lambda c: i0 + j0 * phi(c + a * np.cos(t)).mean() - c, -20, 20, xtol=1e-15)
    odd = lambda a: j1 * (np.cos(t) * phi(even(a) + a * np.cos(t))).mean() - a
    a = brentq(odd, 0.5, 10, xtol=1e-15)
    return phi(even(a) + a * np.cos(t)).tolist()


dynamics["ring_bump"] = ring_bump()
with open("dynamics.json", "w") as out:
    json.dump(dynamics, out, indent=1)
