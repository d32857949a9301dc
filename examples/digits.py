"""Active learning on handwritten digits, cell by cell.

Run it whole (`python examples/digits.py`) or in an editor that knows `# %%` cells. No browser, no files
of your own: scikit-learn brings the digits, and their true classes play the person who answers.
"""

# %% The pool, which nobody has labeled, and some digits held out to see how good the model really is
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

import quandary

digits = load_digits()
pool, held_out, truth, held_out_truth = train_test_split(digits.data, digits.target, test_size=450, random_state=0)

# %% Ask ten questions at a time, and tell the answers
learner = quandary.ActiveLearner(pool, classes=range(10))
while len(learner.labels) < 60:
    batch = learner.ask(10)
    learner.tell(batch.ids, truth[batch.positions])
print("why the last one was asked:", batch.reasons[-1].text)

# %% How good is it? `estimate` rests on the random checks among the questions alone, so it is honest, and wide
estimate = learner.estimate()
score = learner.model.score(held_out, held_out_truth)
if estimate is not None:
    print(
        f"estimate after {len(learner.labels)} labels: {estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"
    )
print(f"on held-out digits: {score:.3f}")
print("advice:", learner.advice().reason)

# %% The model is a scikit-learn classifier, and any of those can be the learner
print("classes of the first held-out digits:", learner.model.predict(held_out[:5]).tolist())
own = quandary.ActiveLearner(pool, classes=range(10), strategy="margin", learner=LogisticRegression(max_iter=1000))
batch = own.ask(10)
own.tell(batch.ids, truth[batch.positions])
print("own learner knows", len(own.labels), "labels")

# %% Was it worth it? The same pool, asked in other ways
for strategy, kind in (("auto", "auto"), ("margin", "logistic"), ("random", "logistic")):
    curve = quandary.simulate(pool, truth, held_out, held_out_truth, strategy=strategy, learner=kind, budget=60)
    print(curve)
