import numpy as np
import pytest
from scored_rows import HALF, TableModel

from saring.errors import EvaluationError
from saring.evaluation.ordinary import check_ordinary, load_ordinary

BARS = np.array(HALF.flag, np.float32)


def test_the_fifty_sentences_are_there_with_their_topics():
    sentences = load_ordinary()
    assert len(sentences) == 50
    assert len({sentence.text for sentence in sentences}) == 50
    assert len({sentence.topic for sentence in sentences}) >= 6


def test_alarms_name_the_sentence_its_topic_and_the_categories(tmp_path):
    path = tmp_path / "ordinary.tsv"
    path.write_text("# a note\nKucing tidur.\tpets\n\nBakar ikan.\tfood\n", encoding="utf-8")
    sentences = load_ordinary(path)
    alarm = np.zeros(8, np.float32)
    alarm[2] = 0.7
    model = TableModel({"Kucing tidur.": np.zeros(8, np.float32), "Bakar ikan.": alarm})
    found = check_ordinary(model, sentences, BARS)
    assert (found["sentences"], found["flagged"], found["share"]) == (2, 1, 0.5)
    assert found["alarms"] == [{"text": "Bakar ikan.", "topic": "food", "categories": ["provokasi"]}]


@pytest.mark.parametrize("line", ["no topic", "no topic\t", "\tno text"])
def test_a_line_that_is_not_of_the_form_is_named(tmp_path, line):
    path = tmp_path / "ordinary.tsv"
    path.write_text(f"Kucing tidur.\tpets\n{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="tsv:2"):
        load_ordinary(path)


def test_a_missing_file_says_where_it_should_be(tmp_path):
    with pytest.raises(EvaluationError, match="data/checks"):
        load_ordinary(tmp_path / "nothing.tsv")
