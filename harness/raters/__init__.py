"""Who rates notes: the contract of raters, and the seeded crowd that stands in for X's contributors."""
