"""Benchmarks: each prints its figures as ratios to limits measured in the same run."""
