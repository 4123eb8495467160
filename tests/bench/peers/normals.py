# Standard normal numbers in f32, by NumPy (Philox4x64 and its default PCG64, whichever is faster) and PyTorch, one thread.
import json
import sys
import time

import numpy

given = json.load(sys.stdin)
num, times = given["num"], given["times"]
if given["by"] == "numpy":
    versions = {"numpy": numpy.__version__}
    ways = [
        lambda g=numpy.random.Generator(bits(7)): g.standard_normal(num, dtype=numpy.float32)
        for bits in (numpy.random.Philox, numpy.random.PCG64)
    ]
else:
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(7)
    versions = {"torch": torch.__version__}
    ways = [lambda: torch.randn(num).numpy()]


def measure(way):
    way()
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        found = way()
        seconds.append(time.perf_counter() - began)
    return seconds, found


seconds, found = min((measure(way) for way in ways), key=lambda one: min(one[0]))
found = found.astype(numpy.float64)
moments = [float((found**power).mean()) for power in (1, 2, 3, 4)]
print(json.dumps({"seconds": seconds, "result": moments, "versions": versions}))
