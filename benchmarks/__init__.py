"""Measurements, not tests: each module has a `main()` that prints its figures against a named rival or goal."""
