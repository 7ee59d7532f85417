"""Reference numbers for test/evaluation/metrics.test.ts: Spearman's correlation by SciPy; nDCG from its definition, the ideal order found by
trying every order.

    python3 test/evaluation/reference/metrics.py > test/evaluation/reference/metrics.json    (made with SciPy 1.17.1)
"""
import itertools
import json
import math
import random

from scipy.stats import spearmanr

random.seed(20261124)


def spearman_cases():
    pairs = [
        ([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]),
        ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1]),
        ([0.1, 0.4, 0.4, 0.9], [1, 2, 2, 2]),
        ([3, 3, 3, 1], [0, 5, 5, 5]),
    ]
    for count in (6, 25, 130):
        x = [random.gauss(0, 1) for _ in range(count)]
        pairs.append((x, [round(value + random.gauss(0, 1), 1) for value in x]))
    return [{"a": a, "b": b, "spearman": float(spearmanr(a, b).statistic)} for a, b in pairs]


def dcg(grades, depth):
    return sum(grade / math.log2(place + 1) for place, grade in enumerate(grades[:depth], start=1))


def ndcg_cases():
    cases = [([1, 0, 0], [1], 10), ([0, 0, 1], [1], 10), ([0, 2, 1, 0], [1, 2, 3], 3), ([0] * 10 + [1], [1], 10)]
    for _ in range(4):
        grades = [random.choice([1, 2, 3]) for _ in range(5)]
        ranked = grades[:4] + [0] * 8
        random.shuffle(ranked)
        cases.append((ranked, grades, random.choice([3, 5, 10])))
    rows = []
    for ranked, grades, depth in cases:
        ideal = max(dcg(list(order), depth) for order in itertools.permutations(grades))
        rows.append({"ranked": ranked, "grades": grades, "depth": depth, "ndcg": dcg(ranked, depth) / ideal})
    return rows


print(json.dumps({"spearman": spearman_cases(), "ndcg": ndcg_cases()}, indent=1))
