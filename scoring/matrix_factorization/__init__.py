"""The bridging model: rating ≈ μ + rater intercept + note intercept + rater factor · note factor.

Source of model and loss: twitter/communitynotes 273c895,
scoring/src/scoring/matrix_factorization/matrix_factorization.py.

- :mod:`.matrix`: ratings as sorted index arrays;
- :mod:`.kernels`: the loops over ratings, compiled;
- :mod:`.spectral`: a start from the leading singular vector of the residuals;
- :mod:`.solver`: exact alternating solves with Anderson mixing, to the loss's minimum;
- :mod:`.fit`: several starts, lowest loss, stable sign;
- :mod:`.note_fit`: the final phase, each note on its own.
"""
