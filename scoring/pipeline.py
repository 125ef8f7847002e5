"""The two phases of scoring, alone and together.

Source: twitter/communitynotes 273c895, scoring/src/scoring/run_scoring.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from scoring.errors import PrescoringError
from scoring.matrix_factorization.workers import MOST_THREADS, WORTH_THREADS
from scoring.models.configurations import CORE, EXPANSION, MODELS
from scoring.models.final_round import ModelScored, judge_anew, score_model
from scoring.models.model import Model
from scoring.models.prescoring_rounds import prescore_model
from scoring.preparation import PreparedRatings, prepare
from scoring.prescoring import Prescoring
from scoring.rating_kernels import count_bits
from scoring.rules.engine import apply_rules
from scoring.rules.explanation import top_tags
from scoring.rules.facts import Single
from scoring.rules.meta_rules import DRIFT_GUARD, META_RULES, STABILIZATION, MetaFacts, stabilize
from scoring.scored import Scored
from scoring.status_history import updated_history
from scoring.statuses import NONE
from scoring.tables.arrays import Bool, Enrollment, Int8, Int64, Notes, RaterClusters, Tables
from scoring.tables.values import HelpfulTag, NotHelpfulTag
from scoring.topics import TopicModel, assign_topics, train_topics

_LOCKING = np.array([rule.locks for rule in META_RULES] + [False])


def prescore(tables: Tables, *, as_of_ms: int, seed: int = 0) -> Prescoring:
    """Find out where raters stand and whom to listen to. Costs far more than :func:`final_score` and is
    needed less often.

    With too few ratings for a fit nobody has parameters, and the final phase leaves every note NMR. ``seed``
    sets the random starts of the optimizations; equal seeds give equal results.
    """
    notes = tables.notes
    topics = train_topics(notes.post_id, notes.summary)
    topic = assign_topics(topics, notes.post_id, notes.summary)
    prepared = prepare(tables, tables.clusters)
    enrollment = tables.enrollment.extended(len(tables.participant_ids))
    twins = dict(with_twins(prepared, enrollment, topic, Model.prescores_like))
    alone = [model for model, twin in twins.items() if twin is None]
    work = partial(prescore_model, tables=tables, prepared=prepared, topic=topic, seed=seed)
    # Large fits use several threads each.
    threads = 1 if len(prepared.ratings) >= WORTH_THREADS else MOST_THREADS
    with ThreadPoolExecutor(threads, thread_name_prefix="scoring") as pool:
        results = dict(zip(alone, pool.map(work, alone), strict=True))
    return Prescoring(
        as_of_ms=as_of_ms,
        participant_ids=tables.participant_ids,
        note_id=notes.note_id,
        topics=topics,
        clusters=tables.clusters,
        models={model.name: results[twin or model] for model, twin in twins.items()},
    )


def final_score(
    tables: Tables,
    prescoring: Prescoring,
    *,
    as_of_ms: int,
    pseudo_raters: bool = True,
    notes: Int64 | None = None,
    known_topics: dict[str, int] | None = None,
) -> Scored:
    """The status of every note as of a time, given what an earlier prescoring knows of the raters.

    Raters who came after the prescoring do not count until the next one. ``pseudo_raters`` False leaves
    out the bounds that imagined extreme raters put on an intercept, and with them the rule UcbCRNH. Takes
    the tables' status history as the previous round's and returns the next in ``Scored.status_history``;
    the tables stay as they are.

    ``notes`` are the rows to score, all by default; row i of the result then belongs to ``notes[i]``. The
    other notes lend their text to the topic of their post. ``known_topics``, empty at first, spares a caller
    who scores some notes again and again with one prescoring the search for their posts' topics.
    """
    for model in MODELS:
        if model.name not in prescoring.models:
            raise PrescoringError(f"the prescoring result lacks the model {model.name}; run prescoring again")
    topic = topics_of(tables.notes, prescoring.topics, notes, known_topics)
    if notes is not None:
        tables = tables.of_notes(notes)
    count = len(tables.notes)
    prescoring = prescoring.renumbered(tables.participant_ids, tables.notes.note_id)
    enrollment = tables.enrollment.extended(len(tables.participant_ids))
    history = tables.status_history.extended(count)
    prepared = prepare(tables, in_both(prescoring.clusters))
    models: dict[str, ModelScored] = {}
    for model, twin in with_twins(prepared, enrollment, topic, Model.fits_like):
        known = prescoring.models[model.name]
        if twin is not None and prescoring.models[twin.name] is known:
            models[model.name] = judge_anew(model, models[twin.name], prepared, topic)
        else:
            models[model.name] = score_model(
                model,
                tables,
                prepared,
                topic,
                known,
                enrollment,
                history.status,
                pseudo_raters=pseudo_raters,
            )
    core = models[CORE.name]
    facts = MetaFacts(
        as_of_ms=as_of_ms,
        model_status={name: model.status for name, model in models.items()},
        core_intercept=_where_captured(core, core.intercept),
        core_sampled_intercept=_where_captured(core, core.population_sampled_intercept),
        core_sides=core.facts.sides,
        previous_status=history.status,
        locked_status=history.locked_status,
        stabilizing_since_ms=history.stabilizing_since_ms,
        helpful_tags=count_bits(prepared.pointer, prepared.ratings.helpful_tags, len(HelpfulTag)),
        not_helpful_tags=count_bits(prepared.pointer, prepared.ratings.not_helpful_tags, len(NotHelpfulTag)),
    )
    verdict = apply_rules(META_RULES, facts, count)
    before_stabilization = verdict.label_before(STABILIZATION)
    before_lock = verdict.label_before(DRIFT_GUARD)
    overruled = (history.locked_status != NONE) & (history.locked_status != before_lock)
    first_tag, second_tag = top_tags(facts.helpful_tags, facts.not_helpful_tags, verdict.status)
    return Scored(
        as_of_ms=as_of_ms,
        note_id=tables.notes.note_id,
        topic=topic,
        prepared=prepared,
        status=verdict.status,
        first_tag=first_tag,
        second_tag=second_tag,
        num_ratings=np.diff(prepared.pointer).astype(np.int32),
        helpful_tags=facts.helpful_tags,
        not_helpful_tags=facts.not_helpful_tags,
        verdict=verdict,
        meta_facts=facts,
        models=models,
        unlocked_status=np.where(overruled, before_lock, np.int8(NONE)),
        status_before_stabilization=before_stabilization,
        status_history=updated_history(
            history,
            tables.notes,
            status=verdict.status,
            core_status=core.status,
            expansion_status=models[EXPANSION.name].status,
            decided_by=verdict.deciders(),
            decided_for_good=_LOCKING[verdict.decided_by],
            stabilization_ms=stabilize(facts, before_stabilization)[1],
            as_of_ms=as_of_ms,
        ),
        prescoring=prescoring,
    )


def with_twins(
    prepared: PreparedRatings, enrollment: Enrollment, topic: Int8, alike: Callable[[Model, Model], bool]
) -> Iterator[tuple[Model, Model | None]]:
    """Each model, and the first before it that is alike and takes in the same ratings, if there is one.

    Models are told apart by topics and groups of raters that need not occur: where no post is about a topic,
    Core and CoreWithTopics have the same fits, and the costly parts are done once.
    """
    earlier: list[tuple[Model, Bool]] = []
    for model in MODELS:
        mine = model.takes_in(prepared, enrollment, topic)
        twins = (other for other, taken_in in earlier if alike(model, other) and (mine == taken_in).all())
        yield model, next(twins, None)
        earlier.append((model, mine))


def topics_of(
    notes: Notes, topics: TopicModel, rows: Int64 | None, known: dict[str, int] | None = None
) -> Int8:
    """The topic of each note's post, of all notes or of some rows; ``known`` as in ``assign_topics``."""
    if rows is None:
        return assign_topics(topics, notes.post_id, notes.summary, known)
    same_post = np.flatnonzero(np.isin(notes.post_id, notes.post_id[rows]))
    topic = np.zeros(len(notes), np.int8)
    topic[same_post] = assign_topics(topics, notes.post_id[same_post], notes.summary[same_post], known)
    return topic[rows]


def score(tables: Tables, *, as_of_ms: int, pseudo_raters: bool = True, seed: int = 0) -> Scored:
    """Both phases on the same tables."""
    prescoring = prescore(tables, as_of_ms=as_of_ms, seed=seed)
    return final_score(tables, prescoring, as_of_ms=as_of_ms, pseudo_raters=pseudo_raters)


def in_both(clusters: RaterClusters | None) -> RaterClusters | None:
    """The raters who are in clusters of both kinds.

    Only they are merged or marked in the final phase: the official one drops rows in which either value is
    empty, where prescoring keeps them (post_selection_similarity.py; the published description merges all
    raters of high similarity in both phases, and the code counts).
    """
    if clusters is None:
        return None
    both = (clusters.post_selection > 0) & (clusters.quasi_clique > 0)
    return RaterClusters(
        np.where(both, clusters.post_selection, 0).astype(np.int32),
        np.where(both, clusters.quasi_clique, 0).astype(np.int32),
    )


def _where_captured(model: ModelScored, values: Single) -> Single:
    return np.where(model.captured, values, np.float32(np.nan))
