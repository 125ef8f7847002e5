"""`researched`: a writer that reads before it writes, with any language model behind it.

    claim      is there something to check, and would readers be misled?          claim.py
    questions  what to look up                                                    questions.py
    evidence   retrievers and the provider's web search, as numbered passages     evidence.py passages.py
    draft      a note in the model's words, without addresses                     drafts.py
    revise     once, where the note breaks a rule of form
    critic     for each sentence of the note, a quotation that bears it out       critic.py
    choice     of several drafts, the one the API's own evaluator likes best      writer.py

Prompts are files with versions (`texts/`), and every exchange stands in the journal. Posts and pages are
strangers' words: fenced as data in every prompt, and a model may obey them all the same. So what may not
depend on a model's obedience is decided by code:

- the note's URLs are addresses of pages that were read; the model's own words hold none;
- each sentence of a note rests on a quotation that stands, word for word, in a passage of a cited page, has
  words in common with it, and states no figure, day or year that neither the passage nor the post has;
- pages with sentences worded as orders to language models are left out before any model reads them;
- tags and classification are members of closed enumerations, and only "misleading" is ever submitted;
- the length is the API's; a note that is too long is written anew, never cut;
- reasons for abstaining are sentences of this code: no model's or stranger's words reach them.

What code cannot promise: that a sentence with a true quotation behind it is fair, or draws the right
conclusion; that a model which obeys a post does not abstain where a note was due; that an order phrased like
any other sentence is recognized as one; that a page tells the truth. Against these stand the critic, the
API's evaluator, and people's ratings. No key is ever in a prompt, so none can be told.
"""

from writers.builtin.researched.writer import ResearchedWriter

__all__ = ["ResearchedWriter"]
