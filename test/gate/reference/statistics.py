"""Reference numbers for test/gate/statistics/. Nothing here shares a formula with the code that is tested, where another way exists: the
constrained likelihoods of Tango's interval are maximised numerically, BCa bounds are SciPy's own, ranks of weighted cases come from cases
repeated as often as their weight says.

    python3 test/gate/reference/statistics.py > test/gate/reference/statistics.json    (made with SciPy 1.17.1 and NumPy 2.4.6)
"""
import json
from types import SimpleNamespace

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binomtest, bootstrap, norm, spearmanr

rng = np.random.default_rng(20261125)
LEVELS = [(0.95, 0.95), (0.9, 0.99), (0.975, 0.995), (0.51, 0.9999)]  # of the lower bound, of the upper bound


def normal():
    points = [-30.0, -20.0, -9.5, -5.0, -3.0, -2.500001, -2.5, -2.4999, -1.0, -1e-3, 0.0, 0.3, 1.0, 1.96, 2.5, 2.6, 4.0, 8.0]
    shares = [1e-300, 1e-100, 1e-12, 1e-6, 0.001, 0.02, 0.1, 0.25, 0.4999, 0.5, 0.6, 0.9, 0.95, 0.975, 0.99, 0.999, 0.9999, 1 - 1e-9]
    return {"cdf": [[x, norm.cdf(x)] for x in points], "quantiles": [[share, norm.ppf(share)] for share in shares]}


def mcnemar():
    flips = [(0, 1), (1, 0), (1, 1), (3, 9), (9, 3), (4, 8), (6, 5), (0, 15), (16, 17), (40, 61), (250, 250), (5000, 5150), (499000, 501000), (400000, 410000)]
    rows = []
    for gained, lost in flips:
        test = lambda alternative: binomtest(lost, gained + lost, 0.5, alternative=alternative).pvalue
        rows.append({"gained": gained, "lost": lost, "worse": test("greater"), "better": test("less"), "twoSided": test("two-sided")})
    return rows


def inner_root(slope, low, high):
    """Where a falling slope is zero, or the end towards which it points."""
    span = high - low
    if span <= 0:
        return low
    a, b = low + span * 1e-14, high - span * 1e-14
    if slope(a) <= 0:
        return low
    if slope(b) >= 0:
        return high
    return brentq(slope, a, b, xtol=1e-17, rtol=1e-15, maxiter=500)


def most_likely_loss(n, gained, lost, difference):
    """The probability of a loss that maximises gained log(q + d) + lost log q + rest log(1 - 2q - d)."""
    rest = n - gained - lost
    part = lambda count, share: count / max(share, 1e-300) if count else 0.0
    slope = lambda q: part(gained, q + difference) + part(lost, q) - 2 * part(rest, 1 - 2 * q - difference)
    return inner_root(slope, max(0.0, -difference), (1 - difference) / 2)


def variance(n, gained, lost, difference):
    p_lost = most_likely_loss(n, gained, lost, difference)
    return (2 * p_lost + difference - difference**2) / n


def tango_lower(n, gained, lost, confidence):
    observed, z = (gained - lost) / n, norm.ppf(confidence)
    gap = lambda d: observed - d - z * np.sqrt(max(0.0, variance(n, gained, lost, d)))
    if observed == -1:
        return -1.0
    return brentq(gap, -1 + 1e-15, observed - 1e-13, xtol=1e-16, rtol=1e-15, maxiter=500)


def tango():
    tables = [(50, 0, 0), (50, 1, 3), (50, 3, 1), (12, 0, 12), (12, 12, 0), (600, 10, 25), (100, 1, 1), (1, 0, 0), (1, 1, 0), (1, 0, 1),
              (10000, 0, 300), (10000, 512, 498), (30, 14, 16)]
    rows = []
    for n, gained, lost in tables:
        for low, high in LEVELS:
            rows.append({"flips": {"cases": n, "gained": gained, "lost": lost}, "confidences": {"lower": low, "upper": high},
                         "lower": tango_lower(n, gained, lost, low), "upper": -tango_lower(n, lost, gained, high)})
    return rows


class Answered:
    """A stratum of right-or-wrong answers, all four counts positive, so that the likelihood has its maximum inside."""

    def __init__(self, n, gained, lost):
        self.n, self.gained, self.lost, self.observed = n, gained, lost, (gained - lost) / n
        self.low, self.high = -1 + 1e-12, 1 - 1e-12

    def slope(self, difference):
        """Of the profile log-likelihood: by the envelope theorem the partial derivative at the most likely q."""
        q = most_likely_loss(self.n, self.gained, self.lost, difference)
        return self.gained / (q + difference) - (self.n - self.gained - self.lost) / (1 - 2 * q - difference)

    def variance(self, difference):
        return variance(self.n, self.gained, self.lost, difference)

    def mirrored(self):
        return Answered(self.n, self.lost, self.gained)

    def plain(self, weight):
        return {"weight": weight, "flips": {"cases": self.n, "gained": self.gained, "lost": self.lost}}


class Measured:
    def __init__(self, difference, square):
        self.observed, self.square, self.low, self.high = difference, square, -10.0, 10.0

    def slope(self, difference):
        return (self.observed - difference) / self.square

    def variance(self, _):
        return self.square

    def mirrored(self):
        return Measured(-self.observed, self.square)

    def plain(self, weight):
        return {"weight": weight, "difference": self.observed, "variance": self.square}


def stratified_lower(first, second, w, confidence):
    """Two strata, weights w and 1 - w. The most likely differences with a given mean: where the log-likelihood is level along that line."""
    z, observed = norm.ppf(confidence), w * first.observed + (1 - w) * second.observed

    def statistic_gap(mean):
        other = lambda d: (mean - w * d) / (1 - w)
        low = max(first.low, (mean - (1 - w) * second.high) / w)
        high = min(first.high, (mean - (1 - w) * second.low) / w)
        d = inner_root(lambda d: first.slope(d) - w / (1 - w) * second.slope(other(d)), low, high)
        square = w**2 * first.variance(d) + (1 - w) ** 2 * second.variance(other(d))
        return observed - mean - z * np.sqrt(square)

    return brentq(statistic_gap, max(-0.9, observed - 0.8), observed - 1e-9, xtol=1e-15, rtol=1e-15, maxiter=500)


def stratified():
    pairs = [
        (Answered(40, 1, 4), Answered(400, 9, 7), 0.5), (Answered(40, 1, 4), Answered(400, 9, 7), 40 / 440),
        (Answered(60, 30, 2), Answered(60, 1, 5), 0.5), (Answered(25, 2, 3), Answered(2500, 20, 31), 0.75),
        (Answered(80, 3, 5), Measured(-0.01, 0.0004), 0.5), (Measured(0.2, 0.01), Measured(-0.1, 0.0025), 0.3),
    ]
    rows = []
    for first, second, w in pairs:
        for low, high in LEVELS[:3]:
            rows.append({"strata": [first.plain(w), second.plain(1 - w)], "confidences": {"lower": low, "upper": high},
                         "lower": stratified_lower(first, second, w, low),
                         "upper": -stratified_lower(first.mirrored(), second.mirrored(), w, high)})
    return rows


def bca():
    rows = []
    for name, statistic in (("mean", np.mean), ("variance", np.var)):
        for sample in (rng.exponential(size=25), rng.choice([-1.0, 0.0, 0.0, 0.0, 1.0], size=30)):
            draws = np.array([statistic(rng.choice(sample, size=len(sample))) for _ in range(400)])
            side = lambda alternative, confidence: bootstrap(
                (sample,), statistic, n_resamples=0, method="BCa", vectorized=True, alternative=alternative, confidence_level=confidence,
                bootstrap_result=SimpleNamespace(bootstrap_distribution=draws)).confidence_interval
            jackknife = [float(statistic(np.delete(sample, i))) for i in range(len(sample))]
            bounds = [{"confidences": {"lower": low, "upper": high}, "lower": float(side("greater", low).low),
                       "upper": float(side("less", high).high)} for low, high in LEVELS[:3]]
            rows.append({"statistic": name, "observed": float(statistic(sample)), "draws": draws.tolist(), "jackknife": jackknife,
                         "bounds": bounds})
    return rows


def spearman():
    rows = []
    for count in (8, 40):
        gold = np.round(rng.normal(size=count) * 2) / 2
        champion, candidate = gold + rng.normal(size=count), np.round(gold + rng.normal(size=count))
        weights = rng.multinomial(count, np.full(count, 1 / count))
        repeated = lambda values: np.repeat(values, weights)
        of = lambda values: spearmanr(repeated(values), repeated(gold)).statistic
        rows.append({"champion": champion.tolist(), "candidate": candidate.tolist(), "gold": gold.tolist(), "weights": weights.tolist(),
                     "difference": float(of(candidate) - of(champion))})
    return rows


def holm():
    """As statsmodels' multipletests does: the running maximum of sorted p times how many are left."""
    rows = []
    for p in ([0.01, 0.04, 0.03, 0.005], [0.5], [0.02, 0.02, 0.9], [0.4, 0.5, 0.6], rng.uniform(size=12).tolist()):
        order = np.argsort(p, kind="stable")
        raised = np.maximum.accumulate(np.array(p)[order] * np.arange(len(p), 0, -1))
        adjusted = np.empty(len(p))
        adjusted[order] = np.minimum(1, raised)
        rows.append({"p": p, "adjusted": adjusted.tolist()})
    return rows


def calibration():
    rows = []
    for count, digits in ((7, 2), (200, 6), (300, 1)):
        confidence = np.round(rng.beta(4, 2, size=count), digits)
        confidence = np.where(np.isclose(confidence * 15 % 1, 0), confidence - 0.001, confidence)  # no value on the edge of a bin
        correct = rng.uniform(size=count) < confidence**1.5
        place = np.digitize(confidence, np.arange(1, 15) / 15)
        gaps = [abs(confidence[place == b].sum() - correct[place == b].sum()) for b in range(15)]
        # The expected risk of the k most confident, averaged over orders of the tied, by integrating the cumulated errors' interpolation.
        levels = np.unique(confidence)[::-1]
        reached = np.concatenate([[0], np.cumsum([(confidence == c).sum() for c in levels])])
        errors = np.concatenate([[0], np.cumsum([(~correct[confidence == c]).sum() for c in levels])])
        k = np.arange(1, count + 1)
        rows.append({"confidence": confidence.tolist(), "correct": correct.tolist(), "ece": float(sum(gaps) / count),
                     "brier": float(np.mean((confidence - correct) ** 2)), "counts": np.bincount(place, minlength=15).tolist(),
                     "aurc": float(np.mean(np.interp(k, reached, errors) / k))})
    return rows


print(json.dumps({"normal": normal(), "mcnemar": mcnemar(), "tango": tango(), "stratified": stratified(), "bca": bca(),
                  "spearman": spearman(), "holm": holm(), "calibration": calibration()}))
