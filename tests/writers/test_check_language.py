from __future__ import annotations

import pytest

from tests.writers.desks import desk
from writers.builtin.checks import LanguageCheck
from writers.plugin import Draft
from writers.protocol.posts import Post

ENGLISH = "The ferries of the harbour carried ninety-seven thousand passengers last year, they say."
GERMAN = "Die Fähren des Hafens haben im vergangenen Jahr 97.000 Fahrgäste befördert, heißt es."
SPANISH = "Los transbordadores del puerto llevaron noventa y siete mil pasajeros el año pasado."
JAPANESE = "港のフェリーは昨年、九万七千人の乗客を運んだと言われています。"
ARABIC = "يقولون إن عبّارات الميناء نقلت سبعة وتسعين ألف راكب في العام الماضي."
DANISH = "Havnens færger sejlede med 97.000 passagerer sidste år, siger de."
NORWEGIAN = "Havnens ferger fraktet 97 000 passasjerer i fjor, ifølge årsrapporten fra havnekontoret."

NOTES = {
    "en": "The port's own report counts 41,200 passengers for that year, not ninety-seven thousand.",
    "de": "Der Bericht des Hafens nennt für dieses Jahr 41.200 Fahrgäste und nicht 97.000.",
    "es": "El informe del puerto cuenta 41.200 pasajeros en ese año, y no noventa y siete mil.",
    "ja": "港の報告書によれば、その年の乗客は四万千二百人であり、九万七千人ではありません。",
    "ar": "يذكر تقرير الميناء 41200 راكب في ذلك العام وليس سبعة وتسعين ألفًا.",
    "no": NORWEGIAN,
}
POSTS = {"en": ENGLISH, "de": GERMAN, "es": SPANISH, "ja": JAPANESE, "ar": ARABIC, "no": NORWEGIAN}


def complaints(note: str, post: str, lang: str | None) -> list[str]:
    text = f"{note} https://report.example/the-report-of-the-harbour"
    return list(
        LanguageCheck().complaints(Draft(text, ()), Post(id=1, text=post, created_at_ms=0, lang=lang), desk())
    )


@pytest.mark.parametrize("lang", POSTS)
@pytest.mark.parametrize("written", NOTES)
@pytest.mark.parametrize("labelled", [True, False], ids=["labelled", "without a label"])
def test_a_note_in_the_language_of_the_post_passes_and_another_is_refused(
    lang: str, written: str, labelled: bool
) -> None:
    told = complaints(NOTES[written], POSTS[lang], lang if labelled else None)
    assert len(told) == (lang != written)
    if told:
        assert f"reads as '{written}' (confidence " in told[0]
        assert f"the post as '{lang}'" in told[0]


@pytest.mark.parametrize(
    ("note", "post", "lang"),
    [
        ("Falsch: 2013.", ENGLISH, "en"),
        (NOTES["de"], "lol 97,000", "en"),
        (NOTES["de"], "@who #Hafen https://t.example/x", "en"),
        (NOTES["de"], "", "zxx"),
        (NOTES["de"], "🚢🚢🚢", "qme"),
        (NOTES["en"], GERMAN, "en"),
        (NOTES["de"], GERMAN, "en"),
        (NOTES["no"], DANISH, "da"),
        ("Berlin, Hamburg, München, Köln, Frankfurt, Stuttgart, Düsseldorf: 41,200.", ENGLISH, "en"),
        (f"The report says “{NOTES['de']}” in so many words, on its first page.", ENGLISH, "en"),
        (NOTES["en"], ENGLISH, "tlh"),
        (
            "O gabinete do porto contou 1.204 balsas no ano passado, não 12.000, segundo o relatório anual.",
            "O ministerio negou a afirmación o martes.",
            "gl",
        ),
    ],
    ids=[
        "short note",
        "short post",
        "post without words",
        "no language",
        "emoji",
        "the label decides",
        "the words decide against the label",
        "near languages",
        "names",
        "quoted passage",
        "unknown label",
        "a language hard to tell from another",
    ],
)
def test_nothing_is_refused_for_doubt(note: str, post: str, lang: str) -> None:
    assert complaints(note, post, lang) == []


@pytest.mark.parametrize(("label", "lang"), [("in", "id"), ("iw", "he"), ("zh-tw", "zh"), ("en-GB", "en")])
def test_labels_are_understood_as_the_platform_spells_them(label: str, lang: str) -> None:
    notes = {
        "id": "Laporan pelabuhan mencatat 41.200 penumpang pada tahun itu, bukan 97.000 orang.",
        "he": "בדוח הנמל נרשמו 41,200 נוסעים באותה שנה ולא תשעים ושבעה אלף.",
        "zh": "港口的報告顯示，那一年的乘客為四萬一千二百人，而不是九萬七千人，報告第一頁寫明。",
        "en": NOTES["en"],
    }
    assert complaints(notes[lang], SPANISH, label) == []
