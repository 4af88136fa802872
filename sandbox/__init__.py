"""A local stand-in for the vendors: a seeded synthetic MSP with planted errors of known truth."""
