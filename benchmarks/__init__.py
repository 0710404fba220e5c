"""Speeds as ratios, measured side by side in one run; each module prints a table and last the figure asked for."""
