"""Language models for writers: any OpenAI-compatible endpoint, structured answers, budgets, replay.

A writer finds its models on its desk (`desk.model`, a `LanguageModel`):

    class Verdict(BaseModel):
        misleading: bool
        why: str

    CLAIM = load_prompt(Path(__file__).parent / "prompts", "claim")

    verdict = await desk.model.ask(stage="claim", prompt=CLAIM.fill(post=post.text), answer=Verdict)

Who runs writers makes a `ModelDesk` once a run and hands each desk its view:

    async with ModelDesk.live(settings, os.environ, clock=clock, logs=[journal]) as models:
        model = models.for_post(post.id, deadline_ms=deadline_ms)
"""

from writers.llm.budget import Allowance, Budget
from writers.llm.desk import ModelDesk, PostModel
from writers.llm.exchange import Citation, Exchange, ExchangeList, ExchangeLog, Outcome, Usage
from writers.llm.images import Image
from writers.llm.model import NO_MODEL, LanguageModel, SearchAnswer
from writers.llm.prompts import Prompt, PromptText, Trusted, load_prompt, prompt
from writers.llm.recording import Recording
from writers.llm.settings import ModelSettings, StageModel

__all__ = [
    "NO_MODEL",
    "Allowance",
    "Budget",
    "Citation",
    "Exchange",
    "ExchangeList",
    "ExchangeLog",
    "Image",
    "LanguageModel",
    "ModelDesk",
    "ModelSettings",
    "Outcome",
    "PostModel",
    "Prompt",
    "PromptText",
    "Recording",
    "SearchAnswer",
    "StageModel",
    "Trusted",
    "Usage",
    "load_prompt",
    "prompt",
]
