"""Reference numbers for test/training/softmax-graph.test.ts: softmax regression on top of a class prior, trained by PyTorch's own AdamW, three epochs of three
minibatches, the last examples of one of them twice.

    python3 test/training/reference/softmax_adamw.py > test/training/reference/softmax_adamw.json    (made with PyTorch 1.13.0, float32)
"""
import json
import torch

FEATURES, CLASSES, EXAMPLES, BATCH, EPOCHS, STEPS = 6, 4, 22, 8, 3, 3
RATE, DECAY = 0.05, 0.1

torch.manual_seed(20261124)
torch.set_num_threads(1)
x = torch.randn(EXAMPLES, FEATURES)
y = torch.randint(0, CLASSES, (EXAMPLES,))
weight = (torch.randn(FEATURES, CLASSES) * 0.5).requires_grad_()
bias = (torch.randn(CLASSES) * 0.5).requires_grad_()
prior = torch.log_softmax(torch.randn(CLASSES), 0)
result = {
    "features": FEATURES, "classes": CLASSES, "batch": BATCH, "learningRate": RATE, "weightDecay": DECAY,
    "x": x.flatten().tolist(), "y": y.tolist(), "weight": weight.flatten().tolist(), "bias": bias.tolist(), "prior": prior.tolist(), "epochs": [],
}

optimiser = torch.optim.AdamW([weight, bias], lr=RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=DECAY)
for _ in range(EPOCHS):
    rows = torch.randperm(EXAMPLES).tolist()
    order = rows + rows[: STEPS * BATCH - EXAMPLES]
    losses = []
    for step in range(STEPS):
        picked = order[step * BATCH : (step + 1) * BATCH]
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(x[picked] @ weight + bias + prior, y[picked])
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    result["epochs"].append(
        {"order": order, "losses": losses, "weight": weight.flatten().tolist(), "bias": bias.tolist()}
    )

print(json.dumps(result))
