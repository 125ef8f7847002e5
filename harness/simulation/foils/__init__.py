"""Writers that ought to fail: a season's admission, raters and limits are measured against them."""

from __future__ import annotations

from harness.simulation.foils.careless import CarelessWriter
from harness.simulation.foils.url_inventor import UrlInventor

__all__ = ["CarelessWriter", "UrlInventor"]
