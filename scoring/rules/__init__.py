"""The status rules: one small function each, in the order in which they are applied."""
