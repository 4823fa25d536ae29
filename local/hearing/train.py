"""Makes the weights with which a message is likened to the sayings: `make likeness`, for the languages named or all.

A logistic regression, one meaning against the rest, over the features that `chat.languages.likeness` finds. First it
prints how many sayings are understood that were kept out of the training, a fifth at a time; then it trains on all.
"""

import json
import sys
from collections import Counter
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import StratifiedKFold

from chat.languages.folding import words
from chat.languages.language import language_tags, load_language
from chat.languages.likeness import FOLDER, SCALE, features
from local.hearing.sayings import digest, read_sayings

MIN_WEIGHT = 0.8  # smaller ones say nothing
RARITY_SCALE = 20
MIN_TALK = 2  # times that a word of talk is said


def classifier() -> SGDClassifier:
    return SGDClassifier(loss="log_loss", alpha=2e-5, max_iter=20, tol=None, random_state=1)


def train(tag: str) -> dict[str, Any]:
    unspaced = load_language(tag).unspaced
    sayings = read_sayings(tag)
    texts = [text for said in sayings.values() for text in said]
    meanings = np.array([meaning for meaning, said in sayings.items() for _ in said])
    rarities = TfidfVectorizer(analyzer=lambda text: features(words(text), unspaced=unspaced), min_df=2)
    made = rarities.fit_transform(texts)
    print(tag, len(texts), "sayings;", *cross_validate(made, meanings))
    trained = classifier().fit(made, meanings)
    weights = np.rint(trained.coef_ * SCALE).astype(int)
    held = {}
    for name, column in rarities.vocabulary_.items():
        strong = np.flatnonzero(np.abs(trained.coef_[:, column]) >= MIN_WEIGHT)
        pairs = [int(each) for place in strong for each in (place, weights[place, column])]
        if pairs:
            held[name] = [round(rarities.idf_[column] * RARITY_SCALE), *pairs]
    return {
        "sayings": digest(tag),
        "unspaced": unspaced,
        "meanings": [str(each) for each in trained.classes_],
        "biases": [round(each * SCALE) for each in trained.intercept_],
        "known": known_parts(texts, unspaced=unspaced),
        "talk": talk_words(sayings),
        "features": dict(sorted(held.items())),
    }


def cross_validate(made: Any, meanings: Any) -> list[str]:
    right, share = np.zeros(len(meanings), bool), np.zeros(len(meanings))
    for seen, kept_out in StratifiedKFold(5, shuffle=True, random_state=1).split(made, meanings):
        trained = classifier().fit(made[seen], meanings[seen])
        shares = trained.predict_proba(made[kept_out])
        right[kept_out] = trained.classes_[shares.argmax(1)] == meanings[kept_out]
        share[kept_out] = shares.max(1)
    told = [f"{right.mean():.0%} right"]
    for least in (0.2, 0.3, 0.4, 0.5):
        sure = share >= least
        told.append(f"| {least}: {sure.mean():.0%} of them, {right[sure].mean():.0%} right")
    return told


def known_parts(texts: list[str], *, unspaced: bool) -> list[str]:
    """The words that are said twice or more; in a language without spaces, every pair of characters."""
    said: Counter[str] = Counter()
    for text in texts:
        joined = "".join(words(text))
        said.update([joined[at : at + 2] for at in range(len(joined) - 1)] or [joined] if unspaced else words(text))
    return sorted(part for part, count in said.items() if count >= MIN_TALK)


def talk_words(sayings: dict[str, list[str]]) -> list[str]:
    """Words that are said more than once; the names of persons stand in one meaning, which is left out."""
    talked = (text for meaning, texts in sayings.items() if meaning != "name" for text in texts)
    said = Counter(word for text in talked for word in words(text))
    return sorted(word for word, count in said.items() if count >= MIN_TALK)


def main(tags: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for tag in tags or language_tags():
        made = json.dumps(train(tag), ensure_ascii=False, separators=(",", ":"))
        (FOLDER / f"{tag}.json").write_text(made + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
