"""The synthetic MSP: `generate(seed, clients, clock)` gives the same `World` for the same arguments, byte for byte."""

from sandbox.world.generate import generate
from sandbox.world.model import TruthRow, World

__all__ = ["TruthRow", "World", "generate"]
