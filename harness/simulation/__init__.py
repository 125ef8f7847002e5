"""A season: simulated days in which writers, raters and scoring meet over the real API, in one process."""
