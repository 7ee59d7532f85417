"""Reference numbers for test/gate/bounds.test.ts: the adjusted Wald interval for a difference of paired proportions, from the counts of
the two-by-two table (Bonett & Price, J. Educ. Behav. Stat. 37, 2012), with the normal quantiles of Python's standard library.

    python3 test/gate/reference/paired_bounds.py > test/gate/reference/paired_bounds.json
"""
import json
from statistics import NormalDist

TABLES = [  # both right, lost (right -> wrong), gained (wrong -> right), both wrong
    (40, 0, 0, 10), (40, 3, 1, 6), (40, 1, 3, 6), (0, 12, 0, 0), (0, 0, 12, 0),
    (500, 25, 10, 65), (97, 1, 1, 1), (1, 0, 0, 0), (0, 0, 0, 1), (9000, 300, 0, 700),
]
LEVELS = [(0.95, 0.95), (0.9, 0.99), (0.975, 0.995), (0.51, 0.9999)]  # of the lower bound, of the upper bound


def bounds(table, level):
    _, lost, gained, _ = table
    n = sum(table)
    p12, p21 = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    deviation = ((p12 + p21 - (p12 - p21) ** 2) / (n + 2)) ** 0.5
    lower = p12 - p21 - NormalDist().inv_cdf(level[0]) * deviation
    upper = p12 - p21 + NormalDist().inv_cdf(level[1]) * deviation
    return max(-1, lower), min(1, upper)


def main():
    rows = []
    for table in TABLES:
        for level in LEVELS:
            lower, upper = bounds(table, level)
            rows.append({"table": table, "level": level, "lower": lower, "upper": upper})
    shares = [1e-9, 1e-6, 0.001, 0.02, 0.02425, 0.1, 0.25, 0.5, 0.6, 0.9, 0.95, 0.975, 0.99, 0.999, 0.9999, 1 - 1e-9]
    quantiles = [[share, NormalDist().inv_cdf(share)] for share in shares]
    print(json.dumps({"bounds": rows, "quantiles": quantiles}, indent=1))


main()
