"""Lorenz RK4 ensembles: NumPy in f64 and f32, PyTorch in f32, all vectorised over trajectories.

Reads {"by": "numpy" | "numpy in place" | "torch", "dtype", "num", "steps", "times"} from standard input. Trajectory i starts at
(i mod 97)/97, (i mod 89)/89, (i mod 83)/83. The result is the final state of the first 64 trajectories, as
trajectories × (x, y, z). In place means that no array is made anew, which is NumPy's best here, and not how people write it.
"""
import json
import os
import sys
import time

import numpy as np

task = json.load(sys.stdin)
num, steps, dt = task["num"], task["steps"], 0.01
s, r, b = 10.0, 28.0, 8.0 / 3.0
threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
index = np.arange(num)
start = np.stack([index % 97 / 97, index % 89 / 89, index % 83 / 83])


def run_numpy(dtype):
    def field(u):
        x, y, z = u
        return np.stack([s * (y - x), r * x - y - x * z, x * y - b * z])

    state = start.astype(dtype)
    for _ in range(steps):
        k1 = field(state)
        k2 = field(state + 0.5 * dt * k1)
        k3 = field(state + 0.5 * dt * k2)
        k4 = field(state + dt * k3)
        state = state + dt / 6 * (k1 + 2 * (k2 + k3) + k4)
    return state


def run_numpy_in_place(dtype):
    state = start.astype(dtype)
    k = [np.empty_like(state) for _ in range(4)]
    probe = np.empty_like(state)
    room = np.empty(num, dtype)

    def field(u, d):
        x, y, z = u
        np.subtract(y, x, out=d[0])
        d[0] *= s
        np.multiply(x, r, out=d[1])
        d[1] -= y
        np.multiply(x, z, out=room)
        d[1] -= room
        np.multiply(x, y, out=d[2])
        np.multiply(z, b, out=room)
        d[2] -= room

    for _ in range(steps):
        field(state, k[0])
        for stage, h in ((0, 0.5 * dt), (1, 0.5 * dt), (2, dt)):
            np.multiply(k[stage], h, out=probe)
            probe += state
            field(probe, k[stage + 1])
        k[1] += k[2]
        k[1] *= 2
        k[0] += k[1]
        k[0] += k[3]
        k[0] *= dt / 6
        state += k[0]
    return state


def run_torch():
    import torch

    torch.set_num_threads(threads)
    x, y, z = (torch.from_numpy(row.astype(np.float32)) for row in start)

    def field(x, y, z):
        return s * (y - x), r * x - y - x * z, x * y - b * z

    with torch.no_grad():
        for _ in range(steps):
            k1 = field(x, y, z)
            k2 = field(*(u + 0.5 * dt * k for u, k in zip((x, y, z), k1)))
            k3 = field(*(u + 0.5 * dt * k for u, k in zip((x, y, z), k2)))
            k4 = field(*(u + dt * k for u, k in zip((x, y, z), k3)))
            x, y, z = (
                u + dt / 6 * (a + 2 * (c + d) + e)
                for u, a, c, d, e in zip((x, y, z), k1, k2, k3, k4)
            )
    return np.stack([x.numpy(), y.numpy(), z.numpy()])


dtype = np.dtype(task["dtype"])
run = {
    "numpy": lambda: run_numpy(dtype),
    "numpy in place": lambda: run_numpy_in_place(dtype),
    "torch": run_torch,
}[task["by"]]
final = run()
seconds = []
for _ in range(task["times"]):
    began = time.perf_counter()
    final = run()
    seconds.append(time.perf_counter() - began)
versions = {"numpy": np.__version__}
if task["by"] == "torch":
    import torch

    versions["torch"] = torch.__version__
result = final[:, :64].T.astype(float).ravel().tolist()
print(json.dumps({"seconds": seconds, "result": result, "versions": versions}))
