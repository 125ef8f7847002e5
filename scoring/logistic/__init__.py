"""The two models of what raters say is wrong with a note, both logistic regressions with a bilinear term.

- :mod:`scoring.logistic.harassment`: whether raters of both viewpoints call a note harassing or abusive;
- :mod:`scoring.logistic.low_diligence`: whether raters of good repute call it wrong or badly sourced.

The official optimizer stops before the minimum of the second loss and, with its large steps, in another basin
of the first; what it returns is what the rules' thresholds are made for. At the minima, on 150,000 ratings,
as many notes change sides of the harassment threshold as are above it, and four in a thousand change sides of
the low-diligence threshold, while the official steps from official parameters move none. So these models
follow its steps (:mod:`scoring.logistic.descent`).
"""
