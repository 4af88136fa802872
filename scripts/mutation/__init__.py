"""Mutants of the models: how well the run's own controls would notice a model that is wrong."""
