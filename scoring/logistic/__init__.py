"""The two models of what raters say is wrong with a note, both logistic regressions with a bilinear term.

- :mod:`scoring.logistic.harassment`: whether raters of both viewpoints call a note harassing or abusive;
- :mod:`scoring.logistic.low_diligence`: whether raters of good repute call it wrong or badly sourced.

The official optimizer stops well before the minimum of either loss, and what it returns is what the status
rules' thresholds are made for. So these models follow its steps (:mod:`scoring.logistic.descent`) instead of
solving for the minimum.
"""
