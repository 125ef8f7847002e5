"""A writer that asks a language model one question: it shows the post and the pages found on it, and gets an
answer in a form that code can check.

    export NOTEWRIGHT_MODEL=… OPENAI_API_KEY=…
    notewright check examples/language_model.py:OneQuestion
    notewright write examples/language_model.py:OneQuestion --target local

The model writes prose; code checks its quotation, and appends the address.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from writers.llm import prompt
from writers.plugin import Abstain, Desk, Draft
from writers.protocol.notes import MisleadingTag
from writers.protocol.posts import Post
from writers.protocol.text import MAX_NOTE_LENGTH, find_urls, note_length

TASK = """\
You help readers of a social network. Say whether one of the pages shows that the post misleads.
Most posts need no note: where no page decides the matter, or the pages agree with the post, say that it
does not mislead. Write the note in the language of the post: one or two plain sentences with what the page
says, without an opinion, a hashtag, or an address."""

MATERIAL = "The post:\n{{post}}\n\nThe pages:\n{{pages}}"


class Answer(BaseModel):
    """What the model is asked for. Names and descriptions go to the model, as a JSON schema."""

    misleading: bool
    page: int = Field(description="number of the page that shows it, from 1 on; 0 where there is none")
    quotation: str = Field(description="the sentence of that page that shows it, word for word")
    note: str


class OneQuestion:
    """Notes on posts that a page contradicts, as a language model reads it."""

    name = "one_question"

    async def draft(self, post: Post, desk: Desk) -> Draft | Abstain:
        pages = await desk.retrieve(post, post.text, limit=3)
        if not pages:
            return Abstain("no source found")

        # What is filled in here is fenced: the model is told that it is data and not its orders.
        material = prompt(TASK, MATERIAL, post=post.text, pages=[page.text for page in pages])
        # An error of the model may pass through: the journal says which, and the pass goes on.
        answer = await desk.model.ask(stage="note", prompt=material, answer=Answer)

        # A model can be wrong, and can be talked into things: believe what you can check.
        if not answer.misleading:
            return Abstain("the model finds nothing misleading")
        if not 1 <= answer.page <= len(pages):
            return Abstain("the model names no page")
        page = pages[answer.page - 1]
        if not answer.quotation.strip() or answer.quotation not in page.text:
            return Abstain(f"the model's quotation does not stand on {page.url}")
        if find_urls(answer.note):
            return Abstain("the model wrote an address of its own")
        text = f"{answer.note.strip()} {page.url}"
        if note_length(text) > MAX_NOTE_LENGTH:
            return Abstain("the model's note is too long")
        return Draft(text=text, sources=(page.url,), misleading_tags=(MisleadingTag.FACTUAL_ERROR,))
