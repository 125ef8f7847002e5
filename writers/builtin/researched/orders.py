"""Sentences that give orders to language models, as far as their wording gives them away.

A net with wide meshes: it holds what is blunt, in a few languages, and lets through what is phrased like any
other sentence. Nothing rests on it alone.
"""

from __future__ import annotations

import re
from typing import Final

_MODEL: Final = (
    r"(?:(?:large\s+)?language\s+models?|LLMs?|AI\s+(?:systems?|models?|assistants?|agents?|writers?)"
    r"|modelos?\s+de\s+(?:lenguaje|linguagem)|sprachmodelle?|KI-\w+|modèles?\s+de\s+langage)"
)
"""Names that nobody else goes by."""

_MACHINE: Final = (
    rf"(?:{_MODEL}|AIs?|IA|KI|(?:chat)?bots?|note[\s-]?writers?|assist[ae]nt(?:s|es|en)?|asistentes?)"
)

_ORDER: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,20}\b(?:previous|prior|above|earlier|preceding|other|your"
    r"|system)\b.{0,20}\b(?:instructions?|orders|prompts?|rules|guidelines|directions)\b"
    r"|\b(?:ignore|disregard|forget)\s+(?:all|any|every)\s+(?:instructions?|orders|prompts?)\b"
    r"|\b(?:ignora|olvida|ignore|esqueça|oublie[rz]?|ignore[rz])\b.{0,30}"
    r"\b(?:instrucciones|instruções|indicaciones|consignes|instructions)\s+(?:anterior|previ|prévi|précéd)"
    r"|\b(?:ignoriere?|vergiss|missachte)\b.{0,40}\b(?:anweisung(?:en)?|befehle?|vorgaben|regeln)\b"
    r"|\b(?:system|developer)\s+(?:prompt|message|override)\b"
    r"|^\W*(?:system|assistant|developer)\s*:\s|(?-i:\b(?:SYSTEM|ASSISTANT|DEVELOPER)\s*:\s)"
    rf"|\b(?:notes?|message|instructions?|orders?)\s+(?:to|for)\s+(?:\w+\s+){{0,2}}{_MACHINE}\b"
    rf"|\b(?:attention|dear|hey|hello|you\s+are)[\s,:]+(?:\w+\s+){{0,2}}{_MACHINE}\b"
    rf"|\b(?:nota|mensaje|atención|si\s+eres|eres|hinweis|achtung|bist|liebe[rs]?)[\s,:]+"
    rf"(?:\w+\s+){{0,3}}{_MACHINE}\b"
    rf"|^\W*{_MODEL}\s*[:,]\s"
    r"|\byour\s+(?:note|answer|verdict|reply|output|response)\s+(?:must|shall|has\s+to|should)\b"
    r"|\b(?:reveal|print|show|repeat|tell)\b.{0,30}\b(?:api\s+key|secret\s+key|your\s+key|your\s+instructions)",
    re.IGNORECASE,
)


def gives_orders(text: str) -> bool:
    """Whether a sentence is worded as an order to a language model."""
    return _ORDER.search(text) is not None
