"""Several writers over the same posts, in one season with one seed.

All writers of a comparison live in one world and pass over the feed at the same moments. What one of them
does changes nothing that another is shown: the feed knows nothing of notes, each writer's own notes alone
keep a post from it, and the posts and the notes of people come from draws of their own. The raters of the
built-in crowd give each note its attention whatever else is written on the post. What is shared is what a
world shares: the scorer learns raters' viewpoints from everybody's notes, and luck in ratings is drawn in the
order of notes, so that another writer in the comparison is another throw of these dice, of the same chances.

One season rather than one a writer: raters are then judged by the same history, a note's fate is decided in
the same round, and the warm-up and the scoring are paid for once.
"""
