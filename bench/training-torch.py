"""PyTorch as a contender of bench/training.ts, one thread: reads a problem's folder, answers each line {"steps": n, "variant":
"foreach" or "each"} on stdin with {"loss": mean over the steps, "cpuMs": process CPU time}, each run from the start; {"peak": n} with the time
of a float32 product of n x n in numpy, on the same BLAS. Arguments: folder, the problem as JSON."""
import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
folder, problem = sys.argv[1], json.loads(sys.argv[2])
dimension, classes, batch, rank = (problem[key] for key in ("dimension", "classes", "batch", "rank"))


def read(name, dtype=np.float32):
    return torch.from_numpy(np.fromfile(f"{folder}/{name}", dtype=dtype))


x = read("x").reshape(-1, dimension)
y = read("y", np.int32).long()
order = read("order", np.int32).long().reshape(-1, batch)
shapes = {"weight": (dimension, classes), "bias": (classes,)}
if problem["head"] == "bottleneck":
    shapes.update(down=(dimension, rank), up=(rank, dimension))
start = {name: read(name).reshape(shape) for name, shape in shapes.items()}


def forward(rows, p):
    if "down" in p:
        rows = rows + F.gelu(F.layer_norm(rows, (dimension,)) @ p["down"]) @ p["up"]
    return torch.addmm(p["bias"], rows, p["weight"])


def run(steps, variant):
    parameters = {name: value.clone().requires_grad_() for name, value in start.items()}
    optimizer = torch.optim.AdamW(
        parameters.values(), lr=problem["learningRate"], weight_decay=problem["weightDecay"], foreach=variant == "foreach"
    )
    total = torch.zeros(())
    begin = time.process_time()
    for step in range(steps):
        chosen = order[step]
        loss = F.cross_entropy(forward(x.index_select(0, chosen), parameters), y.index_select(0, chosen))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach()
    loss = total.item() / steps
    return {"loss": loss, "cpuMs": 1000 * (time.process_time() - begin)}


def peak(size):
    a = np.random.default_rng(7).standard_normal((size, size), dtype=np.float32)
    a @ a
    begin = time.process_time()
    a @ a
    return {"loss": 0, "cpuMs": 1000 * (time.process_time() - begin)}


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(peak(request["peak"]) if "peak" in request else run(request["steps"], request["variant"])), flush=True)
