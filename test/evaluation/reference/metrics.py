"""Reference numbers for test/evaluation/metrics.test.ts: Spearman's correlation by SciPy; the area under the ROC curve by SciPy's Mann-Whitney U;
average precision from its definition, threshold by threshold; V-measure from SciPy's entropies of the contingency table; nDCG from its
definition, the ideal order found by trying every order.

    python3 test/evaluation/reference/metrics.py > test/evaluation/reference/metrics.json    (made with SciPy 1.17.1)
"""
import itertools
import json
import math
import random

import numpy
from scipy.stats import entropy, mannwhitneyu, spearmanr

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


def ranking_data():
    """Scores with and without ties, and what is relevant."""
    rows = [([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), ([1, 1, 1, 1, 1], [1, 0, 1, 0, 0]), ([3, 2, 1], [1, 0, 0]), ([1, 2, 3], [1, 0, 0])]
    for count in (10, 60, 200):
        gold = [random.randint(0, 1) for _ in range(count)]
        rows.append(([random.gauss(relevant, 1) for relevant in gold], gold))
        rows.append(([round(random.gauss(relevant, 1)) for relevant in gold], gold))
    return rows


def average_precision(scores, gold):
    """The sum over thresholds, from the highest, of (recall gained) x precision."""
    total, recall, result = sum(gold), 0.0, 0.0
    for threshold in sorted(set(scores), reverse=True):
        passed = [relevant for score, relevant in zip(scores, gold) if score >= threshold]
        result += (sum(passed) / total - recall) * sum(passed) / len(passed)
        recall = sum(passed) / total
    return result


def auroc(scores, gold):
    relevant = [score for score, one in zip(scores, gold) if one == 1]
    others = [score for score, one in zip(scores, gold) if one == 0]
    return float(mannwhitneyu(relevant, others).statistic) / (len(relevant) * len(others))


def ranking_cases():
    return [{"scores": s, "gold": g, "ap": average_precision(s, g), "auroc": auroc(s, g)} for s, g in ranking_data()]


def v_measure(clusters, classes):
    table = numpy.zeros((max(clusters) + 1, max(classes) + 1))
    for cluster, label in zip(clusters, classes):
        table[cluster, label] += 1
    of_classes, of_clusters = entropy(table.sum(axis=0)), entropy(table.sum(axis=1))
    classes_given_clusters = entropy(table.ravel()) - of_clusters
    clusters_given_classes = entropy(table.ravel()) - of_classes
    homogeneity = 1.0 if of_classes == 0 else 1 - classes_given_clusters / of_classes
    completeness = 1.0 if of_clusters == 0 else 1 - clusters_given_classes / of_clusters
    both = homogeneity + completeness
    return 0.0 if both == 0 else 2 * homogeneity * completeness / both


def clustering_cases():
    rows = [([0, 0, 1, 1], [1, 1, 0, 0]), ([0, 0, 0, 0], [0, 0, 1, 1]), ([0, 1, 2, 3], [0, 0, 1, 1]), ([0, 0, 0], [0, 0, 0])]
    for count in (12, 80):
        classes = [random.randrange(4) for _ in range(count)]
        rows.append(([label if random.random() < 0.6 else random.randrange(6) for label in classes], classes))
    return [{"scores": s, "gold": g, "vMeasure": abs(float(v_measure(s, g)))} for s, g in rows]


print(
    json.dumps(
        {
            "spearman": spearman_cases(),
            "ndcg": ndcg_cases(),
            "ranking": ranking_cases(),
            "clustering": clustering_cases(),
        },
        indent=1,
    )
)
