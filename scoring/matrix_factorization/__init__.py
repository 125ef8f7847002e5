"""The bridging model: rating ≈ μ + rater intercept + note intercept + rater factor · note factor.

Source of model and loss: twitter/communitynotes 273c895,
scoring/src/scoring/matrix_factorization/matrix_factorization.py.

- :mod:`.matrix`, :mod:`.index_kernels`: ratings as sorted index arrays;
- :mod:`.loss`: what is minimised, as data;
- :mod:`.kernels`, :mod:`.workers`: the loops over ratings, compiled, on one thread or two;
- :mod:`.half_sweeps`: the best raters for some notes, and the best notes for them;
- :mod:`.mixing`, :mod:`.solver`: alternating solves with Anderson mixing, to the loss's minimum;
- :mod:`.spectral`: a start from the leading singular vector of the residuals;
- :mod:`.fit`: several starts, lowest loss, stable sign;
- :mod:`.normalized_loss`: a second fit in which both camps weigh alike (expanded consensus);
- :mod:`.note_fit`: the final phase, each note on its own.
"""
