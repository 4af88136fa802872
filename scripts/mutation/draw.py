"""Which mutants a round tries: drawn by seed, evenly over the layers and the kinds of change.

Belongs here: the draw. Does not belong here: how a mutant is made (`scripts.mutation.operators`).
"""

import random
from collections.abc import Iterator

from scripts.mutation.chain import Chain
from scripts.mutation.operators import NAMED, Mutant, of_result, of_syntax

LAYERS = ("staging", "canonical", "mapping", "compare", "marts")


def named(chain: Chain) -> Iterator[Mutant]:
    """The mutants that are tried in every round, as far as their models still stand."""
    for model, kind, what, change in NAMED:
        if model in chain.models:
            yield Mutant(model, kind, what, change.format(q=f"({chain.models[model].query})"))


def drawn(chain: Chain, seed: int) -> Iterator[Mutant]:
    """Mutants without end, no two alike: layer by layer a model, of it a kind of change, of that a place."""
    dice = random.Random(seed)  # noqa: S311  # a draw, not a secret
    by_layer = {layer: [m.name for m in chain.counting_models() if m.layer == layer] for layer in LAYERS}
    seen: set[Mutant] = set()
    made: dict[str, dict[str, list[Mutant]]] = {}
    while True:
        for layer in LAYERS:
            model = dice.choice(by_layer[layer])
            if model not in made:
                made[model] = _by_kind(chain, model)
            kinds = made[model]
            mutant = dice.choice(kinds[dice.choice(sorted(kinds))])
            if mutant not in seen:
                seen.add(mutant)
                yield mutant


def _by_kind(chain: Chain, name: str) -> dict[str, list[Mutant]]:
    query = chain.models[name].query
    kinds: dict[str, list[Mutant]] = {}
    for mutant in (*of_result(name, query, chain.columns(name), chain.systems(name)), *of_syntax(name, query)):
        kinds.setdefault(mutant.kind, []).append(mutant)
    return kinds
