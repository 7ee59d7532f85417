"""Reference numbers for test/evaluation/logistic-regression.test.ts: the objective of scikit-learn's LogisticRegression, with an intercept that
is not penalised, written out over the weights themselves and minimised by SciPy's trust-region Newton method with the exact Hessian.

    python3 test/evaluation/reference/logistic_regression.py > test/evaluation/reference/logistic_regression.json    (made with SciPy 1.17.1)
"""
import json

import numpy
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, softmax

random = numpy.random.default_rng(20261125)


def unit(rows):
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def binary(x, y, c):
    """min |w|^2 / 2 + c * sum of log(1 + exp(-t (w x + b))), t = +-1."""
    signs = 2 * y - 1
    z = numpy.hstack([x, numpy.ones((len(x), 1))])
    penalty = numpy.diag([1.0] * x.shape[1] + [0.0])

    def loss(w):
        return w @ penalty @ w / 2 + c * numpy.logaddexp(0, -signs * (z @ w)).sum()

    def gradient(w):
        return penalty @ w - c * z.T @ (signs * expit(-signs * (z @ w)))

    def hessian(w):
        p = expit(z @ w)
        return penalty + c * (z.T * (p * (1 - p))) @ z

    w = minimize(loss, numpy.zeros(z.shape[1]), jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-12}).x
    return lambda rows: numpy.stack([1 - expit(rows @ w[:-1] + w[-1]), expit(rows @ w[:-1] + w[-1])], axis=1)


def multinomial(x, y, c, classes):
    """min |W|^2 / 2 + c * sum of cross entropies of softmax(x W + b)."""
    z = numpy.hstack([x, numpy.ones((len(x), 1))])
    hot = numpy.eye(classes)[y]
    mask = numpy.vstack([numpy.ones((x.shape[1], classes)), numpy.zeros((1, classes))])

    def loss(flat):
        w = flat.reshape(mask.shape)
        return (w * w * mask).sum() / 2 - c * (log_softmax(z @ w, axis=1) * hot).sum()

    def gradient(flat):
        w = flat.reshape(mask.shape)
        return (w * mask + c * z.T @ (softmax(z @ w, axis=1) - hot)).ravel()

    def hessian(flat):
        p = softmax(z @ flat.reshape(mask.shape), axis=1)
        curvature = numpy.einsum("nk,kl->nkl", p, numpy.eye(classes)) - numpy.einsum("nk,nl->nkl", p, p)
        return numpy.diag(mask.ravel()) + c * numpy.einsum("ni,nkl,nj->ikjl", z, curvature, z).reshape(mask.size, mask.size)

    start = numpy.zeros(mask.size)
    w = minimize(loss, start, jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-10}).x.reshape(mask.shape)
    return lambda rows: softmax(rows @ w[:-1] + w[-1], axis=1)


def case(classes, shots, dimension, noise):
    centres = random.normal(size=(classes, dimension))
    y = numpy.repeat(numpy.arange(classes), shots)[: classes * shots - 1]  # one class is smaller: the intercepts matter
    x = unit(centres[y] + noise * random.normal(size=(len(y), dimension))).astype(numpy.float32).astype(float)
    asked = unit(centres[numpy.arange(6) % classes] + noise * random.normal(size=(6, dimension))).astype(numpy.float32).astype(float)
    predict = binary(x, y, 1.0) if classes == 2 else multinomial(x, y, 1.0, classes)
    return {"vectors": x.tolist(), "labels": y.tolist(), "asked": asked.tolist(), "probabilities": predict(asked).tolist()}


print(json.dumps([case(2, 3, 4, 0.7), case(2, 8, 24, 1.5), case(3, 5, 8, 1.0), case(5, 4, 40, 2.0)]))
