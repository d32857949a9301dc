"""Networks: run where PyTorch is installed."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.datasets import load_digits
from skorch import NeuralNetClassifier

import quandary
from quandary.core.features import Features
from quandary.learners.logistic import Logistic
from quandary.learners.neural import Neural


def test_what_is_not_a_line_is_learned() -> None:
    X = np.random.default_rng(0).standard_normal((700, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    net = Neural().fit_pool(Features(X, "table"), np.arange(200), y[:200])
    line = Logistic().fit_pool(Features(X, "table"), np.arange(200), y[:200])
    assert net.score(X[200:], y[200:]) > 0.9
    assert line.score(X[200:], y[200:]) < 0.7


def test_digits_are_read_from_a_hundred_labels() -> None:
    X, y = load_digits(return_X_y=True)
    net = Neural().fit_pool(Features(X, "image"), np.arange(100), y[:100])
    assert net.score(X[100:], y[100:]) > 0.8


def test_prediction_by_arrays_equals_that_of_torch() -> None:
    X, y = load_digits(return_X_y=True)
    net = Neural(hidden=(32, 16), epochs=3).fit(X[:200], y[:200])
    modules = net._modules(torch.nn, (64, 32, 16, 10))
    linear = [module for module in modules if isinstance(module, torch.nn.Linear)]
    with torch.no_grad():
        for module, (weights, shift) in zip(linear, net.layers_, strict=True):
            module.weight.copy_(torch.tensor(weights))
            module.bias.copy_(torch.tensor(shift))
        said = torch.nn.Sequential(*modules).eval()(torch.tensor(net._see(X)))
    np.testing.assert_allclose(net.predict_proba(X), said.softmax(dim=1).numpy(), atol=1e-5)
    assert net.embed(X[:5]).shape == (5, 16)


def test_the_randomness_of_others_is_left_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    Neural(epochs=1).fit(np.eye(4), [0, 1, 0, 1])
    assert torch.equal(torch.rand(3), expected)


def test_any_network_of_skorch_is_a_learner() -> None:
    X = np.random.default_rng(0).standard_normal((80, 2)).astype(np.float32)
    net = NeuralNetClassifier(
        torch.nn.Linear(2, 2), criterion=torch.nn.CrossEntropyLoss, lr=0.5, max_epochs=20, train_split=None, verbose=0
    )
    al = quandary.ActiveLearner(X, classes=["left", "right"], strategy="margin", learner=net, audit=0)
    for _ in range(3):
        batch = al.ask(10)
        al.tell(batch.ids, ["left" if x < 0 else "right" for x in X[batch.positions, 0]])
    assert al.model.predict(np.array([[-3, 0], [3, 0]], np.float32)).tolist() == ["left", "right"]
