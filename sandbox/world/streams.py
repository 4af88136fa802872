"""Seeded chance: one named stream per purpose, so that a new purpose does not shift the numbers of the old ones.

Belongs here: random streams and identifiers drawn from them. Does not belong here: the global `random` state.
"""

from random import Random


def stream(seed: int, *names: object) -> Random:
    """The random stream of `seed` for the purpose `names` (equal arguments give equal streams, on every machine)."""
    return Random("/".join(str(part) for part in (seed, *names)))


def guid(rng: Random) -> str:
    """A version 4 UUID as lower-case text."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def numbered_guid(kind: int, number: int) -> str:
    """A UUID that carries a running number: cheap where a world needs a million of them."""
    return f"{kind:08x}-0000-4000-8000-{number:012x}"
