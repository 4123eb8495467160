"""Training updates of leaky recurrent networks and leaky GRUs by PyTorch, eager, f32, on the CPU.

Reads {"cell": "leaky_rnn" | "leaky_gru", "inputs", "units", "outputs", "rows", "steps", "models", "processes", "updates",
"times", "form"} from standard input. One update is forward, cross-entropy over all trials and steps, backward, and Adam, of each
model; `processes` share the models, each with OMP_NUM_THREADS threads. The result is the loss of each of the first
`updates` updates of each model, models behind one another. Then `times` more updates are timed, all processes starting each
of them together. Numbers come from a formula, the same as in tests/bench/compute/_networks.ts.

`form`: "stepwise" takes every product in its step, as networks are mostly written; "hoisted" takes those with the inputs of
all steps at once beforehand and fuses what eager operations can fuse, the fastest that was found.
"""
import json
import multiprocessing
import os
import sys
import time

import numpy
import torch
import torch.nn.functional as F

task = json.load(sys.stdin)
threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
inputs, units, outputs = task["inputs"], task["units"], task["outputs"]
rows, steps, models = task["rows"], task["steps"], task["models"]
keep = 0.8
kind = task["cell"]
gates = 3 if kind == "leaky_gru" else 1


def words(index, count):
    at = numpy.arange(count, dtype=numpy.uint64) + numpy.uint64(index * 1_000_003)
    word = (at * numpy.uint64(2654435761)) % numpy.uint64(2**32)
    return (word ^ (word >> numpy.uint64(15))) * numpy.uint64(2246822519) % numpy.uint64(2**32)


def matrix(index, *shape, scale=1.0):
    count = int(numpy.prod(shape))
    numbers = (words(index, count) / 2**32 - 0.5) * scale
    return torch.from_numpy(numbers.astype(numpy.float32).reshape(shape))


class Model:
    def __init__(self, index):
        at = 10 + 4 * index
        spread = 2 / numpy.sqrt(units)
        self.w_in = matrix(at, gates * units, inputs, scale=2 / numpy.sqrt(inputs))
        self.w_rec = matrix(at + 1, gates * units, units, scale=spread)
        self.b_rec = matrix(at + 2, gates * units, scale=2 / numpy.sqrt(inputs))
        self.w_out = matrix(at + 3, outputs, units, scale=spread)
        self.all = [self.w_in, self.w_rec, self.b_rec, self.w_out]
        for one in self.all:
            one.requires_grad_()
        self.adam = torch.optim.Adam(self.all, lr=1e-3, foreach=True)

    def states(self, x):
        return torch.stack(self.hoisted(x) if task["form"] == "hoisted" else self.stepwise(x))

    def stepwise(self, x):
        h = torch.zeros(rows, units)
        states = []
        for t in range(steps):
            drive = F.linear(x[t], self.w_in, self.b_rec)
            if gates == 1:
                own = F.leaky_relu(drive + F.linear(h, self.w_rec))
                h = keep * h + (1 - keep) * own
            else:
                to_reset, to_update, to_own = drive.chunk(3, 1)
                reset_h, update_h, own_h = F.linear(h, self.w_rec).chunk(3, 1)
                update = torch.sigmoid(to_update + update_h)
                own = F.leaky_relu(to_own + torch.sigmoid(to_reset + reset_h) * own_h)
                h = (1 - update) * h + update * (keep * h + (1 - keep) * own)
            states.append(h)
        return states

    def hoisted(self, x):
        driven = F.linear(x, self.w_in, self.b_rec)
        h = torch.zeros(rows, units)
        states = []
        if gates == 1:
            w = self.w_rec.t()
            for drive in driven.unbind(0):
                h = torch.lerp(F.leaky_relu(torch.addmm(drive, h, w)), h, keep)
                states.append(h)
        else:
            to_gates, to_own = driven.split((2 * units, units), 2)
            for gate, own in zip(to_gates.unbind(0), to_own.unbind(0)):
                from_gates, from_own = F.linear(h, self.w_rec).split((2 * units, units), 1)
                reset, update = torch.sigmoid(gate + from_gates).chunk(2, 1)
                own = F.leaky_relu(torch.addcmul(own, reset, from_own))
                h = torch.lerp(h, torch.lerp(own, h, keep), update)
                states.append(h)
        return states

    def update(self, x, y):
        self.adam.zero_grad(set_to_none=True)
        logits = F.linear(self.states(x), self.w_out)
        loss = F.cross_entropy(logits.reshape(-1, outputs), y)
        loss.backward()
        self.adam.step()
        return loss


def work(process, barrier, results):
    torch.set_num_threads(threads)
    # Time first here, because it is stepped through; Basin has trials first. The numbers are the same.
    x = matrix(0, rows, steps, inputs, scale=2.0).transpose(0, 1).contiguous()
    y = torch.from_numpy((words(1, rows * steps) % numpy.uint64(outputs)).astype(numpy.int64))
    y = y.reshape(rows, steps).t().reshape(-1)
    share = range(process, models, task["processes"])
    mine = [Model(index) for index in share]
    losses = {index: [] for index in share}
    for _ in range(task["updates"]):
        for index, model in zip(share, mine):
            losses[index].append(float(model.update(x, y).detach()))
    spans = []
    for _ in range(task["times"]):
        barrier.wait()
        began = time.perf_counter()
        for model in mine:
            model.update(x, y)
        spans.append((began, time.perf_counter()))
    results.put((losses, spans))


def main():
    count = task["processes"]
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(count), context.Queue()
    if count == 1:
        work(0, barrier, results)
        found = [results.get()]
    else:
        processes = [context.Process(target=work, args=(i, barrier, results)) for i in range(count)]
        for process in processes:
            process.start()
        found = [results.get() for _ in processes]
        for process in processes:
            process.join()
    losses = {index: values for one, _ in found for index, values in one.items()}
    # One clock for all processes: an update lasts from the first start to the last end.
    seconds = [
        max(end for _, end in spans) - min(began for began, _ in spans)
        for spans in zip(*(spans for _, spans in found))
    ]
    print(json.dumps({
        "seconds": seconds,
        "result": [value for index in range(models) for value in losses[index]],
        "versions": {"torch": torch.__version__, "numpy": numpy.__version__},
    }))


main()
