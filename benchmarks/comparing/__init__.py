"""What benchmarks share: rounds of measurements, and others' ways to run tasks."""
