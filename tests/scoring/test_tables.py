"""Tables in memory: texts beside numbers, and what "nothing" is in each column."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from scoring.errors import InputError
from scoring.tables import GROUP_MISSING, MISSING_MS, TEXT, Growing, RaterClusters, StatusHistory
from scoring.tables.arrays import concatenated
from tests.scoring import builders


def test_texts_grow_with_their_notes() -> None:
    said = ["", "é" * 3, "a note longer than what fits in sixteen bytes"]
    growing = Growing(builders.notes(3, summary=np.array(said, TEXT)))
    before = growing.table
    for again in range(9):
        growing.append(builders.notes(3, summary=np.array([f"{each} {again}" for each in said], TEXT)))
    assert before.summary.tolist() == said
    assert growing.table.summary.tolist()[-3:] == [f"{each} 8" for each in said]
    assert growing.table.summary.dtype == TEXT


NOTHING = {"decided_by": "", "modeling_group": GROUP_MISSING, "modeling_multi_group": GROUP_MISSING}


def test_nothing_in_each_column_of_a_history() -> None:
    empty = StatusHistory.empty(2)
    for field in fields(StatusHistory):
        statuses = field.name.endswith("status")
        nothing = NOTHING.get(field.name, -1 if statuses else MISSING_MS)
        assert getattr(empty, field.name).tolist() == [nothing] * 2, field.name


def test_a_history_is_extended_in_every_column() -> None:
    known = builders.history(1, decided_by="CoreModel (v1.1)", modeling_group=14, above_pcrh_ms=-1)
    longer = known.extended(3)
    assert longer.decided_by.tolist() == ["CoreModel (v1.1)", "", ""]
    assert longer.modeling_group.tolist() == [14, GROUP_MISSING, GROUP_MISSING]
    assert longer.above_pcrh_ms.tolist() == [-1, MISSING_MS, MISSING_MS]
    for field in fields(StatusHistory):
        assert getattr(longer, field.name).dtype == getattr(known, field.name).dtype
    assert concatenated(known, known).decided_by.tolist() == ["CoreModel (v1.1)"] * 2


def test_columns_of_one_length() -> None:
    with pytest.raises(InputError, match="the columns of RaterClusters differ in length"):
        RaterClusters(post_selection=np.zeros(2, np.int32), quasi_clique=np.zeros(3, np.int32))
