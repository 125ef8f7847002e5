"""Sentences that give orders to language models, as far as their wording gives them away.

A net with wide meshes: it holds what is blunt, in a few languages, and lets through what is phrased like any
other sentence. Nothing rests on it alone.
"""

from __future__ import annotations

import re
from typing import Final

_MACHINE: Final = (
    r"(?:(?:large\s+)?language\s+models?|LLMs?|AI(?:s|\s+(?:systems?|models?|assistants?|agents?|writers?))?"
    r"|assistants?|(?:chat)?bots?|note[\s-]?writers?"
    r"|modelos?\s+de\s+(?:lenguaje|linguagem)|IA|asistentes?"
    r"|sprachmodelle?|KI(?:-\w+)?|assistenten?"
    r"|modèles?\s+de\s+langage)"
)

_ORDER: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}"
    r"\b(?:instructions?|orders|prompts?|rules|guidelines|directions)\b"
    r"|\b(?:ignora|olvida|ignore|esqueça|oublie[rz]?|ignore[rz])\b.{0,40}"
    r"\b(?:instrucciones|instruções|indicaciones|consignes|instructions)\b"
    r"|\b(?:ignoriere?|vergiss|missachte)\b.{0,40}\b(?:anweisung(?:en)?|befehle?|vorgaben|regeln)\b"
    r"|\b(?:system|developer)\s+(?:prompt|message|override)\b|(?:^|\s)(?:system|assistant|developer)\s*:\s"
    rf"|\b(?:notes?|attention|message|instructions?|orders?|dear|hey|hello|to\s+all|if\s+you\s+are|you\s+are)"
    rf"\b.{{0,20}}\b{_MACHINE}\b"
    rf"|\b(?:nota|atención|mensaje|si\s+eres|hinweis|achtung|wenn\s+du|liebe[rs]?)\b.{{0,20}}\b{_MACHINE}\b"
    rf"|(?:^|[\s(\[]){_MACHINE}\s*[:,]\s"
    r"|\b(?:your|the)\s+(?:note|answer|verdict|reply|output|response)\s+(?:must|shall|has\s+to|should)\b"
    r"|\b(?:reveal|print|show|repeat|tell)\b.{0,30}\b(?:api\s+key|secret\s+key|your\s+key|your\s+instructions)",
    re.IGNORECASE,
)


def gives_orders(text: str) -> bool:
    """Whether a sentence is worded as an order to a language model."""
    return _ORDER.search(text) is not None
