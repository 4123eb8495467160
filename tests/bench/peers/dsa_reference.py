"""Peer of the DSA benchmark: the published optimiser, written anew in PyTorch from its description.

Input: {"pairs": [{"n", "a", "b"}], "seeds": [...], "iterations", "rate", "times"}; matrices row-major, any norm.
Per pair two runs in f32 (B, and B with its first two coordinates exchanged), each `iterations` steps of Adam on four
n x n matrices through X = tanh(tanh(P W1') W2') W3', S = X - X', C = (I + S)^-1 (I - S), loss sum (A - C B C')^2.
Times: one number per pair (both runs) and seed, in seconds. Result: the angle of each in f64, from the C found.
"""

import json
import math
import os
import sys
import time

import torch


def train(a, b, iterations, rate):
    n = a.shape[0]
    bound = 1 / math.sqrt(n)
    p = torch.eye(n).requires_grad_()
    weights = [((2 * torch.rand(n, n) - 1) * bound).requires_grad_() for _ in range(3)]
    optimiser = torch.optim.Adam([p, *weights], lr=rate)
    eye = torch.eye(n)
    loss = None
    for _ in range(iterations):
        optimiser.zero_grad()
        c = rotation(p, weights, eye)
        loss = ((a - c @ b @ c.T) ** 2).sum()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        return rotation(p, weights, eye), float(loss)


def rotation(p, weights, eye):
    x = torch.tanh(torch.tanh(p @ weights[0].T) @ weights[1].T) @ weights[2].T
    s = x - x.T
    return torch.linalg.solve(eye + s, eye - s)


def match(a, b, iterations, rate):
    plain, plain_loss = train(a, b, iterations, rate)
    if a.shape[0] == 1:
        return plain
    exchange = torch.eye(a.shape[0])
    exchange[[0, 1]] = exchange[[1, 0]]
    other, other_loss = train(a, exchange @ b @ exchange.T, iterations, rate)
    return other @ exchange if other_loss < plain_loss else plain


def angle(a, b, c):
    # The nearest orthogonal matrix: C comes from solves in f32.
    u, _, v = torch.linalg.svd(c.double())
    c = u @ v
    moved = c @ b @ c.T
    return 2 * math.atan2(float(torch.linalg.norm(a - moved)), float(torch.linalg.norm(a + moved)))


def main():
    task = json.load(sys.stdin)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    seconds, angles = [], []
    warm = torch.eye(4)
    match(warm / 2, warm / 2, 20, task["rate"])
    for pair in task["pairs"]:
        n = pair["n"]
        a, b = (torch.tensor(pair[k], dtype=torch.float64).reshape(n, n) for k in "ab")
        a, b = a / torch.linalg.norm(a), b / torch.linalg.norm(b)
        found = []
        for seed in task["seeds"]:
            torch.manual_seed(seed)
            began = time.perf_counter()
            c = match(a.float(), b.float(), task["iterations"], task["rate"])
            seconds.append(time.perf_counter() - began)
            found.append(angle(a, b, c))
        angles.append(found)
    print(json.dumps({"seconds": seconds, "result": angles, "versions": {"torch": torch.__version__}}))


main()
