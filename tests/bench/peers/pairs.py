# Gram matrices, distances and projections of many pairs, by NumPy (one call per pair) and PyTorch (one call per pair, or
# one for all where shapes are equal). Numbers come from a formula, the same as in tests/bench/compute/pairs.ts.
import json
import sys
import time

import numpy
import torch

given = json.load(sys.stdin)
torch.set_num_threads(given["threads"])
work, by, times = given["work"], given["by"], given["times"]


def matrix(index, rows, columns):
    at = numpy.arange(rows * columns, dtype=numpy.uint64) + numpy.uint64(index * 1_000_003)
    words = (at * numpy.uint64(2654435761)) % numpy.uint64(2**32)
    words = (words ^ (words >> numpy.uint64(15))) * numpy.uint64(2246822519) % numpy.uint64(2**32)
    return (words / 2**32 - 0.5).astype(numpy.float32).reshape(rows, columns)


num, rows, columns = given["num"], given["rows"], given["columns"]
systems = [matrix(i, rows, columns) for i in range(num)]
pairs = [(i, j) for i in range(num) for j in range(i, num)]
axes = [matrix(1000 + i, columns, given.get("num_axes", 1)) for i in range(num)]
if by == "torch":
    systems = [torch.from_numpy(x) for x in systems]
    axes = [torch.from_numpy(x) for x in axes]
    left = torch.stack([systems[i] for i, _ in pairs]) if work != "project" else torch.stack(systems)
    right = torch.stack([systems[j] for _, j in pairs]) if work != "project" else torch.stack(axes)


def numpy_distances(x, y):
    squares = (x * x).sum(1)[:, None] + (y * y).sum(1)[None, :] - 2 * (x @ y.T)
    return numpy.sqrt(numpy.maximum(squares, 0))


def run():
    if by == "numpy":
        if work == "gram":
            return [systems[i].T @ systems[j] for i, j in pairs]
        if work == "distances":
            return [numpy_distances(systems[i], systems[j]) for i, j in pairs]
        return [x @ w for x, w in zip(systems, axes)]
    if work == "gram":
        return torch.bmm(left.transpose(1, 2), right)
    if work == "distances":
        return torch.cdist(left, right)
    return torch.bmm(left, right)


found = run()
seconds = []
for _ in range(times):
    began = time.perf_counter()
    found = run()
    seconds.append(time.perf_counter() - began)
first = [numpy.asarray(found[k]).reshape(-1)[:200].tolist() for k in (1, len(found) - 2)]
print(json.dumps({
    "seconds": seconds,
    "result": first[0] + first[1],
    "versions": {"numpy": numpy.__version__, "torch": torch.__version__},
}))
