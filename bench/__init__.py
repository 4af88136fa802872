"""Measurements behind the speed claims. Every claim is a ratio against a stated baseline, measured in one run."""
