"""The scoring models: one class, many configurations."""
