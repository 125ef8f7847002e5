"""Writers made of writers.

best_of     all draft, the best draft is taken
escalate    one after the other, cheap ones first, until a draft is good enough
assembling  what a composition is made of
panel       its writers taking turns at a post
share       a writer's part of the time and money for a post
ranking     which of several drafts is best
"""

from writers.builtin.composition.best_of import BestOf
from writers.builtin.composition.escalate import Escalate

__all__ = ["BestOf", "Escalate"]
