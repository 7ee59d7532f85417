"""Reference numbers for test/drift/statistics.test.ts. Nothing here shares a formula with the code that is tested, where another way exists: MMD is a
double sum over pairs, the permutation p enumerates every division, Kolmogorov-Smirnov, Fisher's test and the linkage are SciPy's own, likelihoods of
label shares are maximised numerically.

    python3 test/drift/reference/drift.py > test/drift/reference/drift.json    (made with SciPy 1.17.1 and NumPy 2.4.6)
"""
import itertools
import json
import math
from collections import Counter

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import minimize
from scipy.stats import fisher_exact, ks_2samp

rng = np.random.default_rng(20261128)


def mmd(a, b):
    within = lambda rows: sum(rows[i] @ rows[j] for i in range(len(rows)) for j in range(len(rows)) if i != j) / (len(rows) * (len(rows) - 1))
    across = sum(x @ y for x in a for y in b) / (len(a) * len(b))
    return float(within(a) + within(b) - 2 * across)


def discrepancy():
    rows = []
    for shift, n, m in [(0, 4, 5), (2, 3, 6), (9, 5, 4)]:
        old = rng.integers(0, 60, (m, 6))
        fresh = rng.integers(0, 60, (n, 6)) + shift
        spread = float(np.var(old, axis=0, ddof=1).sum())
        both = np.vstack([fresh, old])
        observed = mmd(fresh, old)
        values = []
        for chosen in itertools.combinations(range(n + m), n):
            rest = [i for i in range(n + m) if i not in chosen]
            values.append(mmd(both[list(chosen)], both[rest]))
        p = sum(v >= observed - 1e-9 for v in values) / len(values)
        rows.append({"fresh": fresh.tolist(), "old": old.tolist(), "mmd": observed, "spread": spread,
                     "effect": math.sqrt(max(0, observed) / spread), "p": p})
    return rows


def kolmogorov_smirnov():
    rows = []
    for n, m, shift in [(5, 7, 0.0), (10, 10, 0.5), (40, 25, 0.8), (100, 60, 0.05), (120, 200, 0.4), (30, 30, 3.0)]:
        a, b = rng.random(n) + shift, rng.random(m)
        found = ks_2samp(a, b, method="exact")
        rows.append({"a": a.tolist(), "b": b.tolist(), "distance": float(found.statistic), "p": float(found.pvalue)})
    tied = ks_2samp([1, 1, 2, 2, 3], [1, 2, 2, 2, 4, 4], method="exact")
    rows.append({"a": [1, 1, 2, 2, 3], "b": [1, 2, 2, 2, 4, 4], "distance": float(tied.statistic), "p": float(tied.pvalue)})
    return rows


def growth():
    tables = [(3, 10, 1, 12), (0, 10, 4, 12), (5, 5, 5, 5), (40, 100, 60, 1000), (7, 50, 50, 1000), (0, 20, 0, 30), (200, 1000, 100, 2000)]
    return [{"fresh": [a, n], "old": [b, m], "p": float(fisher_exact([[a, n - a], [b, m - b]], alternative="greater").pvalue)} for a, n, b, m in tables]


def systems():
    rows = []
    for size in [1, 2, 5, 12]:
        matrix = np.eye(size) * 0.6 + rng.random((size, size)) * 0.3
        right = rng.random(size)
        rows.append({"matrix": matrix.ravel().tolist(), "right": right.tolist(), "x": np.linalg.solve(matrix, right).tolist(),
                     "smallest": float(np.linalg.svd(matrix, compute_uv=False).min())})
    # An empty diagonal: it needs pivots.
    matrix = np.array([[0, 1, 0.2], [1, 0, 0.1], [0.3, 0.1, 0.0]])
    rows.append({"matrix": matrix.ravel().tolist(), "right": [1, 2, 3], "x": np.linalg.solve(matrix, [1, 2, 3]).tolist(),
                 "smallest": float(np.linalg.svd(matrix, compute_uv=False).min())})
    return rows


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def label_shift():
    rows = []
    for labels, n in [(2, 60), (4, 150)]:
        p = softmax(rng.normal(0, 1.5, (n, labels)))
        before = p.mean(axis=0)
        asked = softmax(rng.normal(0, 1.5, (n, labels)) + np.linspace(0, 1.5, labels))

        def loss(free):
            q = softmax(np.append(free, 0)[None])[0]
            return -np.log((asked * (q / before)).sum(axis=1)).mean()

        best = minimize(loss, np.zeros(labels - 1), method="BFGS", options={"gtol": 1e-10})
        q = softmax(np.append(best.x, 0)[None])[0]
        truth = np.array([rng.choice(labels, p=own) for own in p])
        given = p.argmax(axis=1)
        confusion = np.array([[np.mean(given[truth == j] == i) for j in range(labels)] for i in range(labels)])
        mu = np.bincount(asked.argmax(axis=1), minlength=labels) / n
        solved = np.clip(np.linalg.solve(confusion, mu), 0, None)

        def corrected_loss(free):
            z = np.log(p) / np.exp(free[0]) + np.append(free[1:], 0)
            return -np.log(softmax(z)[np.arange(n), truth]).mean()

        fit = minimize(corrected_loss, np.zeros(labels), method="BFGS", options={"gtol": 1e-10})
        rows.append({"labels": labels, "held": p.ravel().tolist(), "truth": truth.tolist(), "asked": asked.ravel().tolist(), "before": before.tolist(),
                     "likelihood": q.tolist(), "confusion": (solved / solved.sum()).tolist(),
                     "smallest": float(np.linalg.svd(confusion, compute_uv=False).min()),
                     "temperature": float(np.exp(fit.x[0])), "loss": float(fit.fun)})
    return rows


def clusters():
    rows = []
    for n, width, centres in [(12, 4, 3), (40, 8, 5)]:
        middle = rng.normal(0, 1, (centres, width))
        v = middle[rng.integers(0, centres, n)] + rng.normal(0, 0.5, (n, width))
        v = (v / np.linalg.norm(v, axis=1, keepdims=True)).astype(np.float32)
        tree = linkage(v.astype(np.float64), "average", "cosine")
        for similarity in [0.9, 0.6, 0.3]:
            found = fcluster(tree, 1 - similarity, "distance")
            order = {}
            rows.append({"vectors": v.tolist(), "similarity": similarity, "clusters": [order.setdefault(int(c), len(order)) for c in found]})
    return rows


def log_odds():
    texts = ["where is my drone", "drone is late", "send the drone back", "the drone delivery"]
    others = ["where is my parcel", "the parcel is late", "cancel the order", "is the order late", "send it back"]

    def terms(text):
        words = text.split()
        return {w for w in words if len(w) > 1} | {f"{a} {b}" for a, b in zip(words, words[1:])}

    own = Counter(t for text in texts for t in terms(text))
    rest = Counter(t for text in others for t in terms(text))
    n, m, prior = sum(own.values()), sum(rest.values()), 3000
    z = {}
    for term in own:
        a = prior * (own[term] + rest[term]) / (n + m)
        delta = math.log((own[term] + a) / (n + prior - own[term] - a)) - math.log((rest[term] + a) / (m + prior - rest[term] - a))
        z[term] = delta / math.sqrt(1 / (own[term] + a) + 1 / (rest[term] + a))
    return {"texts": texts, "others": others, "z": {t: s for t, s in z.items() if s > 0}}


print(json.dumps({"discrepancy": discrepancy(), "kolmogorovSmirnov": kolmogorov_smirnov(), "growth": growth(), "systems": systems(),
                  "labelShift": label_shift(), "clusters": clusters(), "logOdds": log_odds()}))
