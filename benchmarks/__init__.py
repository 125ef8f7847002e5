"""Measurements, not tests: each module's `main()` prints its figures next to a named rival or goal."""
