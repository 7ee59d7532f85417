"""Reference numbers for test/training/trainable-heads.test.ts: heads trained by PyTorch's own autograd, optimisers and clipping on top of a class
prior, three epochs of three minibatches, the last examples of one of them twice. All in float64.

    python3 test/training/reference/heads.py > test/training/reference/heads.json    (made with PyTorch 1.13.0)
"""
import json
import torch
from torch.nn import functional as F

FEATURES, CLASSES, RANK, EXAMPLES, BATCH, EPOCHS, STEPS = 6, 4, 3, 22, 8, 3, 3

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def linear(x, p):
    return x @ p["weight"] + p["bias"]


def cosine(x, p):
    return p["sharpness"] * (F.normalize(x, dim=1) @ F.normalize(p["weight"], dim=0))


def bottleneck(x, p):
    hidden = F.gelu(F.layer_norm(x, (FEATURES,)) @ p["down"])
    return (x + hidden @ p["up"]) @ p["weight"] + p["bias"]


def adamw(parameters):
    return torch.optim.AdamW(parameters, lr=0.05, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.05, momentum=0.9)


READOUT = {"weight": (FEATURES, CLASSES), "bias": (CLASSES,)}
CASES = [
    ("linear", "adamW", linear, adamw, None, READOUT),
    ("linear", "sgd", linear, sgd, None, READOUT),
    ("linear", "sgd, clipped", linear, sgd, 0.2, READOUT),
    ("cosine", "adamW", cosine, adamw, None, {"weight": (FEATURES, CLASSES), "sharpness": ()}),
    ("bottleneck", "adamW", bottleneck, adamw, None, {"down": (FEATURES, RANK), "up": (RANK, FEATURES), **READOUT}),
]


def flat(parameters):
    return {name: value.detach().flatten().tolist() for name, value in parameters.items()}


torch.manual_seed(20261124)
x = torch.randn(EXAMPLES, FEATURES)
y = torch.randint(0, CLASSES, (EXAMPLES,))
prior = torch.log_softmax(torch.randn(CLASSES), 0)
result = {
    "features": FEATURES, "classes": CLASSES, "rank": RANK, "batch": BATCH, "steps": STEPS,
    "x": x.flatten().tolist(), "y": y.tolist(), "prior": prior.tolist(), "cases": [],
}
for head, rule, scores, optimiser_of, clip, shapes in CASES:
    p = {key: (torch.randn(shape) * 0.5 + (3 if key == "sharpness" else 0)).requires_grad_() for key, shape in shapes.items()}
    optimiser = optimiser_of(list(p.values()))
    case = {"head": head, "rule": rule, "start": flat(p), "epochs": []}
    for _ in range(EPOCHS):
        rows = torch.randperm(EXAMPLES).tolist()
        order = rows + rows[: STEPS * BATCH - EXAMPLES]
        losses = []
        for step in range(STEPS):
            picked = order[step * BATCH : (step + 1) * BATCH]
            optimiser.zero_grad()
            loss = F.cross_entropy(scores(x[picked], p) + prior, y[picked])
            loss.backward()
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(list(p.values()), clip)
            optimiser.step()
            losses.append(loss.item())
        case["epochs"].append({"order": order, "losses": losses, "parameters": flat(p)})
    result["cases"].append(case)

print(json.dumps(result))
