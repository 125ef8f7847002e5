"""Topics: seed terms, texts of posts, the classifier against scikit-learn's own, and the official topics."""

import io
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from scoring import read_tables
from scoring.errors import InputError, PrescoringError
from scoring.tables.arrays import TEXT, Int64, Text
from scoring.topics import Topic, TopicModel, assign_topics, train_topics
from scoring.topics.assign import merged
from scoring.topics.seeds import SEED_TERMS, seed_topics
from scoring.topics.texts import post_texts, words

UKRAINE, GAZA, FOOTBALL, SCAMS, INDIA = list(Topic)[1:]

TALK = {
    Topic.UNASSIGNED: "cat garden photo recipe weather bridge old edited satire senator budget",
    UKRAINE: "front troops drone kharkiv nato invasion",
    GAZA: "hostages ceasefire strip airstrike border",
    FOOTBALL: "goal league striker transfer",
    SCAMS: "crypto wallet giveaway winner coin",
    INDIA: "quota caste supreme constitution",
}
SEEDS = {UKRAINE: "Russia", GAZA: "Israel", FOOTBALL: "Ronaldo", SCAMS: "scam", INDIA: "OBC"}


def text(*values: str) -> Text:
    return np.array(values, TEXT)


def corpus(seed: int, posts: int, topics: Sequence[Topic] = tuple(Topic)) -> tuple[Int64, Text]:
    """Notes on posts about the topics, most with a seed term, some with those of two topics."""
    generator = np.random.default_rng(seed)
    written: list[str] = []
    for topic in generator.choice(topics, posts).tolist():
        said = [
            *generator.choice(TALK[topic].split(), 6),
            *generator.choice(TALK[Topic.UNASSIGNED].split(), 5),
            *([SEEDS[topic]] if topic and generator.random() < 0.7 else []),
            *([SEEDS[topics[1]]] if len(topics) > 1 and generator.random() < 0.03 else []),
        ]
        written.append(" ".join(generator.permutation(said)))
    return generator.permutation(posts).astype(np.int64), text(*written)


def found_topics(post: str) -> set[Topic]:
    return {Topic(topic) for topic in np.flatnonzero(seed_topics([post])[0]).tolist()}


def same_model(first: TopicModel, second: TopicModel) -> bool:
    arrays, others = first.to_arrays(), second.to_arrays()
    return all(np.array_equal(arrays[name], others[name]) for name in arrays)


def test_topics_have_their_published_names() -> None:
    assert [topic.published_name for topic in Topic] == [
        *("Unassigned", "UkraineConflict", "GazaConflict", "MessiRonaldo", "Scams", "InDimensionTwo")
    ]


@pytest.mark.parametrize(
    ("post", "topics"),
    [
        ("Ukrainian troops", {UKRAINE}),
        ("the war\nPUTIN began", {UKRAINE}),
        ("(russia) #scam prorussia", set()),
        ("a scammer's spam", {SCAMS}),
        ("“Hamas” said", {GAZA}),
        ("Hamaspik, hamas1", set()),
        ("Messi's goal", {FOOTBALL}),
        ("Messina", set()),
        ("drop shipping", {SCAMS}),
        ("airdrop ship", set()),
        ("see help.x.com", {SCAMS}),
        ("see x.com tos", set()),
        ("describe the scheme", set()),
        ("SC, ST and others", {INDIA}),
        ("ugc?", {INDIA}),
        ("जाति आरक्षण पर", {INDIA}),
        ("israel and russia", {GAZA, UKRAINE}),
        ("rusſia", {UKRAINE}),
        ("kıev", {UKRAINE}),
        ("\u212aIEV", {UKRAINE}),
        ("RUSSİA", set()),
        ("\x00russia", set()),
        ("\x1frussia", {UKRAINE}),
        ("", set()),
    ],
)
def test_seed_terms(post: str, topics: set[Topic]) -> None:
    assert found_topics(post) == topics


def python_pattern() -> re.Pattern[str]:
    """All terms in one expression for Python's re, a group a topic; each term comes after white space unless
    it says itself where it may start.
    """
    anywhere = ("\\b", "help", "x")
    groups = []
    for topic, terms in SEED_TERMS.items():
        placed = (term if term.startswith(anywhere) else r"(?:\s|^)" + term for term in terms)
        groups.append(f"(?P<{topic.name}>{'|'.join(placed)})")
    return re.compile("|".join(groups), re.IGNORECASE)


CHARACTERS = st.characters(exclude_categories=["Cs", "Cn"])
"""Those that Python's Unicode knows; what is a letter beyond them depends on who is asked."""

FRAGMENTS = st.sampled_from(
    [
        *(
            re.sub(r"\\b|\[.*|\\s.*", "", term).replace("\\", "")
            for terms in SEED_TERMS.values()
            for term in terms
        ),
        *("st", "ship", "ad", "of", "service", "farm", "help.x.com", "x.com/tos"),
        *(" ", "  ", ", ", ",", "\n", "."),
        *("é", "ि", "\u200d", "\x1c", "\u00a0", "\x00", "_", "/", "ſ", "ı", "İ", "K", "ﬆ", "𝐑", "٣", "²"),
    ]
)


@given(st.lists(FRAGMENTS | CHARACTERS, max_size=12).map("".join))
@settings(max_examples=400, deadline=None)
def test_terms_are_found_as_python_finds_them(post: str) -> None:
    matches = python_pattern().finditer(post.lower())
    assert found_topics(post) == {Topic[match.lastgroup or ""] for match in matches}


@pytest.mark.parametrize(
    ("notes", "joined"),
    [
        (("b", "a"), "a b"),
        (
            ("see https://example.org/some_page?id=ab12news&sc_lang=en now",),
            "see https example some page news lang now",
        ),
        (("(https://a.example/longer) end",), "(https example longer) end"),
        (("https://help.x.com/en/rules",), "https:  help.x.com en rules"),
        (("and/or snake_case",), "and or snake case"),
        (("", "text"), " text"),
        (("",), ""),
    ],
)
def test_text_of_a_post(notes: tuple[str, ...], joined: str) -> None:
    assert post_texts(np.full(len(notes), 5), text(*notes)).text == [joined]


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        ("Don't panic, it's 2026", ["don", "panic", "it", "2026"]),
        ("Café Ünïted", ["cafe", "united"]),
        ("𝐑𝐮𝐬𝐬𝐢𝐚", ["russia"]),
        ("see help.x.com and", ["see", "help.x.com", "and"]),
        ("xhelp.x.com", ["xhelp", "com"]),
        ("help.x.comfoo bar", ["help.x.com", "bar"]),
        ("https://help.x.com/a/b?c d2", ["https://help.x.com/a/b?c", "d2"]),
        ("हिन्दी", ["नद"]),
        ("", []),
    ],
)
def test_words(post: str, expected: list[str]) -> None:
    assert [word for word in words(post) if len(word) > 1] == expected


@given(st.lists(FRAGMENTS | CHARACTERS, max_size=12).map("".join))
@settings(deadline=None)
def test_words_are_those_of_scikit_learn(post: str) -> None:
    assume("x.com" not in post)
    # Lower case and no accents once more than by default, as the official analyzer has it.
    once = CountVectorizer(strip_accents="unicode").build_preprocessor()(post)
    analyze = CountVectorizer(strip_accents="unicode").build_analyzer()
    assert [word for word in words(post) if len(word) > 1] == analyze(once)


BLOCKED = re.compile(
    "ukrain|russia|kiev|kyiv|moscow|zelensky|putin|israel|palestin|gaza|jerusalem|hamas|messi|ronaldo|scam|spam"
    "|gambling|apostas|apuestas|dropship|promotion|ugc|gc|obc|sc"
)


def scikit_learn_probabilities(posts: list[str]) -> NDArray[np.float64]:
    """What a pipeline of scikit-learn's own parts, trained on the posts, says of them."""
    seeds = seed_topics(posts)
    clear = seeds.sum(axis=1) < 2
    every_word = CountVectorizer().fit(posts).get_feature_names_out()
    pipeline = make_pipeline(
        CountVectorizer(stop_words=[word for word in every_word if BLOCKED.search(word)]),
        TfidfTransformer(),
        LogisticRegression(max_iter=1000),
    )
    pipeline.fit([post for post, kept in zip(posts, clear, strict=True) if kept], seeds[clear].argmax(axis=1))
    probability = np.zeros((len(posts), len(Topic)))
    probability[:, pipeline.classes_] = pipeline.predict_proba(posts)
    return probability


@pytest.mark.parametrize("topics", [tuple(Topic), (Topic.UNASSIGNED, GAZA, INDIA), (Topic.UNASSIGNED, SCAMS)])
def test_probabilities_are_those_of_scikit_learn(topics: tuple[Topic, ...]) -> None:
    post_id, summary = corpus(1, 400, topics)
    model = train_topics(post_id, summary)
    posts = sorted(summary.tolist())
    np.testing.assert_allclose(
        model.probabilities(posts), scikit_learn_probabilities(posts), rtol=0, atol=1e-9
    )
    assert model.balanced_accuracy > 0.8


def test_a_post_without_a_term_gets_the_topic_of_its_words() -> None:
    post_id, summary = corpus(2, 600)
    model = train_topics(post_id, summary)
    asked = text(*(TALK[topic] for topic in Topic), "unheard words only")
    assert assign_topics(model, np.arange(7), asked).tolist() == [*Topic, Topic.UNASSIGNED]


def test_all_notes_of_a_post_share_its_topic() -> None:
    post_id, summary = corpus(3, 300)
    model = train_topics(post_id, summary)
    assigned = assign_topics(
        model, np.array([7, 8, 7]), text("no", "a cat", "Russia's drone troops invasion")
    )
    assert assigned.tolist() == [UKRAINE, Topic.UNASSIGNED, UKRAINE]


def test_unknown_posts_are_one_and_notes_without_text_belong_to_none() -> None:
    post_id, summary = corpus(3, 300)
    model = train_topics(post_id, summary)
    notes = text("Russia's troops", "", "drone invasion", "")
    assert assign_topics(model, np.array([-1, -1, -1, 4]), notes).tolist() == [UKRAINE, 0, UKRAINE, 0]
    deleted = np.append(post_id, [-1, -1]), np.append(summary, text("", ""))
    assert same_model(train_topics(*deleted), model)


def merged_one(probability: dict[Topic, float], named: set[Topic]) -> Topic:
    row = np.zeros((1, len(Topic)))
    row[0, list(probability)] = list(probability.values())
    return Topic(merged(row, np.isin(np.arange(len(Topic)), list(named))[np.newaxis])[0])


@pytest.mark.parametrize(
    ("probability", "named", "topic"),
    [
        ({Topic.UNASSIGNED: 0.3, GAZA: 0.7}, set(), GAZA),
        ({Topic.UNASSIGNED: 0.9, GAZA: 0.1}, {GAZA}, GAZA),
        ({Topic.UNASSIGNED: 0.99, GAZA: 0.01}, {GAZA}, GAZA),
        ({Topic.UNASSIGNED: 0.9901, GAZA: 0.0099}, {GAZA}, Topic.UNASSIGNED),
        ({Topic.UNASSIGNED: 0.98, INDIA: 0.02}, {INDIA}, INDIA),
        ({Topic.UNASSIGNED: 0.985, INDIA: 0.015}, {INDIA}, Topic.UNASSIGNED),
        ({Topic.UNASSIGNED: 0.9, GAZA: 0.04, UKRAINE: 0.06}, {GAZA, UKRAINE}, UKRAINE),
        ({Topic.UNASSIGNED: 0.9, GAZA: 0.05, UKRAINE: 0.05}, {GAZA, UKRAINE}, UKRAINE),
        ({SCAMS: 0.992, GAZA: 0.003, UKRAINE: 0.005}, {GAZA, UKRAINE}, SCAMS),
        ({Topic.UNASSIGNED: 0.985, GAZA: 0.004, INDIA: 0.011}, {GAZA, INDIA}, Topic.UNASSIGNED),
        ({Topic.UNASSIGNED: 1.0}, {FOOTBALL}, Topic.UNASSIGNED),
    ],
)
def test_terms_decide_unless_the_classifier_all_but_excludes_them(
    probability: dict[Topic, float], named: set[Topic], topic: Topic
) -> None:
    assert merged_one(probability, named) == topic


@pytest.mark.parametrize(
    ("notes", "asked", "topic"),
    [
        ((), "Russia", Topic.UNASSIGNED),
        (("", "  "), "Russia", Topic.UNASSIGNED),
        (("a cat", "the dog"), "Russia", Topic.UNASSIGNED),
        (("Russia invades", "Kyiv falls"), "Moscow", UKRAINE),
        (("Russia", "cat's", "Russia Israel"), "Russia", UKRAINE),
        (("russia israel", "israel russia"), "Russia", Topic.UNASSIGNED),
        (("Russia", "Israel", "Israel", "sc"), "nothing", GAZA),
        (("Russia", "Israel", "Israel", "sc"), "Kyiv", UKRAINE),
    ],
)
def test_next_to_nothing_to_learn_from(notes: tuple[str, ...], asked: str, topic: Topic) -> None:
    model = train_topics(np.arange(len(notes)), text(*notes))
    assert assign_topics(model, np.array([9]), text(asked)).tolist() == [topic]


def test_no_notes_have_no_topics() -> None:
    model = train_topics(np.zeros(0, np.int64), text())
    assert assign_topics(model, np.zeros(0, np.int64), text()).tolist() == []


def test_lengths_must_agree() -> None:
    with pytest.raises(InputError, match="1 post ids and 2 summaries"):
        train_topics(np.zeros(1, np.int64), text("a", "b"))


def test_a_poor_classifier_is_told(caplog: pytest.LogCaptureFixture) -> None:
    rare = [f"{term} {TALK[Topic.UNASSIGNED]}" for term in ("russia", "israel", "ronaldo")]
    common = [f"{word} {TALK[Topic.UNASSIGNED]}" for word in TALK[Topic.UNASSIGNED].split()] * 20
    model = train_topics(np.arange(223), text(*rare, *common))
    assert model.balanced_accuracy == pytest.approx(1 / 4)
    assert "balanced accuracy 0.25" in caplog.text
    assert "3 of 223" in caplog.text


@pytest.mark.parametrize(("posts", "least", "most"), [(1999, 1, 1000), (2000, 25, 1000), (4400, 25, 1100)])
def test_rare_and_common_words_are_left_out(posts: int, least: int, most: int) -> None:
    counts = {
        "rare": least - 1,
        "enough": least,
        "usual": most,
        "common": most + 1,
        "russia": 30,
        "describe": 30,
    }
    notes = [" ".join(word for word, count in counts.items() if post < count) for post in range(posts)]
    assert set(train_topics(np.arange(posts), text(*notes)).vocabulary) == {"enough", "usual"}


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_neither_the_order_of_notes_nor_the_numbers_of_posts_matter(seed: int) -> None:
    post_id, summary = corpus(seed, 60)
    post_id //= 2
    generator = np.random.default_rng(seed)
    order, number = generator.permutation(60), generator.permutation(30).astype(np.int64) * 10**12 + 3
    model = train_topics(post_id, summary)
    other = train_topics(number[post_id][order], summary[order])
    assert same_model(model, other)
    topics = assign_topics(model, post_id, summary)
    assert assign_topics(other, number[post_id][order], summary[order]).tolist() == topics[order].tolist()
    some = post_id % 3 == 0
    assert assign_topics(model, post_id[some], summary[some]).tolist() == topics[some].tolist()


@pytest.mark.parametrize("notes", [corpus(4, 200), (np.zeros(0, np.int64), text())], ids=["many", "none"])
def test_a_model_is_saved_without_pickle(notes: tuple[Int64, Text]) -> None:
    model = train_topics(*notes)
    file = io.BytesIO()
    np.savez(file, **model.to_arrays())  # type: ignore[arg-type]
    file.seek(0)
    with np.load(file, allow_pickle=False) as saved:
        loaded = TopicModel.from_arrays(saved)
    assert same_model(loaded, model)
    assert loaded.vocabulary == model.vocabulary
    assert loaded.balanced_accuracy == model.balanced_accuracy


def test_arrays_of_two_models_are_refused() -> None:
    first, second = (train_topics(*corpus(seed, posts)).to_arrays() for seed, posts in ((5, 40), (6, 2)))
    with pytest.raises(PrescoringError, match="do not belong together"):
        TopicModel.from_arrays(first | {"idf": second["idf"]})


def test_assigning_needs_no_scikit_learn() -> None:
    code = (
        "import sys, numpy as np; from scoring.topics import *;"
        "note = np.zeros(1, np.int64), np.array(['Russia'], np.dtypes.StringDType());"
        "assign_topics(train_topics(*note), *note);"
        "print(sorted({'scipy', 'sklearn'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_hostile_texts() -> None:
    size = 200_000
    hostile = text(
        *(
            "sc" + ", " * size,
            "https://" * size,
            "help.x.com/" * size,
            "messi" * size,
            "\x00" * size,
            "e\u0301" * size,
        ),
        *("\u202eaissur\u202c", "﷽" * 1000, "\U0010ffff" * 1000, "drop " * size, "_/" * size),
    )
    post_id = np.arange(len(hostile))
    model = train_topics(post_id, hostile)
    topics = assign_topics(model, post_id, hostile)
    assert topics.tolist() == [INDIA, 0, SCAMS, *[0] * 8]


def official(folder: Path) -> tuple[pl.DataFrame, list[int]]:
    """The official scored notes in the order of the notes read, and the topics found for those."""
    notes = read_tables(folder / "input").notes
    columns = ["noteId", "noteTopic", "coreRatingStatus", "coreWithTopicsRatingStatus"]
    expected = pl.read_parquet(folder / "expected" / "scored_notes.parquet", columns=columns)
    scored = pl.DataFrame({"noteId": notes.note_id}).join(
        expected, on="noteId", how="left", maintain_order="left"
    )
    model = train_topics(notes.post_id, notes.summary)
    return scored, assign_topics(model, notes.post_id, notes.summary).tolist()


def test_every_note_has_its_official_topic(shared: Path) -> None:
    scored, topics = official(shared / "golden" / "synthetic-150k")
    names = [Topic(topic).published_name if topic else None for topic in topics]
    assert scored["noteTopic"].to_list() == names
    assert len(set(names)) == 5


def test_real_notes_that_core_leaves_to_core_with_topics_have_a_topic(shared: Path) -> None:
    """No topic model had raters enough there to publish topics, but Core says nothing of notes with one."""
    scored, topics = official(shared / "golden" / "birdwatch-2021")
    rated = scored["coreWithTopicsRatingStatus"].is_not_null().to_numpy()
    left_out = scored["coreRatingStatus"].is_null().to_numpy()
    assert ((np.array(topics) > 0) == left_out)[rated].all()
    assert (left_out & rated).sum() == 63


def test_where_no_post_had_a_topic_none_gets_one() -> None:
    """Not even one with seed terms: the classifier excludes what it has never seen."""
    model = train_topics(np.array([1, 2]), np.array(["a cat", "a dog"], TEXT))
    assert model.only_topic is Topic.UNASSIGNED
    texts = np.array(["scam", "a cat"], TEXT)
    assert assign_topics(model, np.array([1, 2]), texts).tolist() == [0, 0]
    assert merged(model.probabilities(texts.tolist()), seed_topics(texts.tolist())).tolist() == [0, 0]
