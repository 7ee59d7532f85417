"""The same work in numpy and LAPACK, one thread: prints a JSON array of {width, gram, solve}, CPU seconds, medians of 5."""
import json
import sys
import time

import numpy as np

try:
    from scipy.linalg import cho_factor, cho_solve

    def factor_and_solve(matrix, right):
        return cho_solve(cho_factor(matrix, lower=True, check_finite=False), right, check_finite=False)

except ImportError:

    def factor_and_solve(matrix, right):
        lower = np.linalg.cholesky(matrix)
        return np.linalg.solve(lower.T, np.linalg.solve(lower, right))


def median_of_5(work):
    times = []
    for _ in range(5):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return sorted(times)[2]


rows = []
for width in map(int, sys.argv[1:]):
    features = np.maximum(np.random.default_rng(7).standard_normal((1500, width), dtype=np.float32), 0)
    matrix = (features.T @ features).astype(np.float64) + 100 * np.eye(width)
    right = np.ones((width, 150))
    rows.append(
        {
            "width": width,
            "gram": median_of_5(lambda: features.T @ features),
            "solve": median_of_5(lambda: factor_and_solve(matrix, right)),
        }
    )
print(json.dumps(rows))
