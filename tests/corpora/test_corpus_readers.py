import json
import zipfile
from pathlib import Path

import pytest
from small_corpus import copy_of, file_entry, one_corpus, put

from saring.corpora.catalogue import Corpus
from saring.corpora.keys import row_key
from saring.corpora.readers import CorpusRow, read_corpus
from saring.errors import CorpusError
from saring.taxonomy import taxonomy

INSULT = 'label = [{ category = "penghinaan", value = 1, trust = 0.8, where = { label = "1" } }]'


def read(corpus: Corpus, root: Path) -> list[CorpusRow]:
    return list(read_corpus(corpus, root))


def test_copy_is_read_with_its_labels_and_keys(tmp_path: Path) -> None:
    put(tmp_path, "a.csv.zst", copy_of(["teks", "label"], ["halo", "0"], ["dasar payah", "1"]))
    corpus = one_corpus(tmp_path, INSULT + file_entry("a.csv.zst", "a.csv"))
    assert read(corpus, tmp_path) == [
        CorpusRow(row_key("halo"), "halo", {}),
        CorpusRow(row_key("dasar payah"), "dasar payah", {"penghinaan": 0.8}),
    ]


def test_texts_with_newlines_and_separators_stay_whole(tmp_path: Path) -> None:
    put(tmp_path, "a.csv.zst", copy_of(["teks"], ["satu\ndua\u2028tiga\x85empat"]))
    corpus = one_corpus(tmp_path, file_entry("a.csv.zst", "a.csv"))
    assert [row.text for row in read(corpus, tmp_path)] == ["satu\ndua\u2028tiga…empat"]


def test_empty_and_destroyed_cells_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "a.csv.zst", copy_of(["teks"], [" "], ["#NAME?"], ["ada"], []))
    corpus = one_corpus(tmp_path, file_entry("a.csv.zst", "a.csv"))
    assert [row.text for row in read(corpus, tmp_path)] == ["ada"]


def test_clean_rule_labels_every_category_softly(tmp_path: Path) -> None:
    put(tmp_path, "a.csv.zst", copy_of(["teks", "label"], ["selamat pagi", "0"]))
    clean = 'label = [{ category = "clean", value = 0, trust = 0.95, where = { label = ["0", "2"] } }]'
    corpus = one_corpus(tmp_path, clean + file_entry("a.csv.zst", "a.csv"))
    assert read(corpus, tmp_path)[0].labels == dict.fromkeys(taxonomy().ids, 0.05)


def test_higher_label_stands_where_two_rules_speak(tmp_path: Path) -> None:
    put(tmp_path, "a.csv.zst", copy_of(["teks", "agama", "suku"], ["contoh", "1", "1"]))
    rules = """label = [
        { category = "sara", value = 1, trust = 0.6, where = { agama = "1" } },
        { category = "sara", value = 1, trust = 0.4, where = { suku = "1" } },
    ]"""
    corpus = one_corpus(tmp_path, rules + file_entry("a.csv.zst", "a.csv"))
    assert read(corpus, tmp_path)[0].labels == {"sara": 0.6}


def test_each_text_column_is_a_row_of_its_own(tmp_path: Path) -> None:
    put(tmp_path, "a.csv.zst", copy_of(["klaim", "fakta"], ["air ajaib", "itu tidak benar"]))
    rules = 'label = [{ category = "hoaks", value = 0, trust = 1.0, text = "fakta" }]'
    corpus = one_corpus(tmp_path, rules + file_entry("a.csv.zst", "a.csv", text='["klaim", "fakta"]'))
    assert [(row.text, row.labels) for row in read(corpus, tmp_path)] == [
        ("air ajaib", {}),
        ("itu tidak benar", {"hoaks": 0.0}),
    ]


def test_text_ends_at_a_mark_and_loses_its_quotes(tmp_path: Path) -> None:
    put(
        tmp_path,
        "a.csv.zst",
        copy_of(["teks"], ["“air ajaib ” ===== lain"], ["“dua PENJELASAN: bukan"], ["===== hanya ini"]),
    )
    more = 'cut = ["PENJELASAN", "====="]\nstrip = "“”"'
    corpus = one_corpus(tmp_path, file_entry("a.csv.zst", "a.csv", more=more))
    assert [row.text for row in read(corpus, tmp_path)] == ["air ajaib", "dua"]


def test_first_row_is_data_where_the_original_has_no_header(tmp_path: Path) -> None:
    copy = copy_of(["satu", "1"], ["dua", "0"])
    more = 'delimiter = "\\t"\nquoted = false\ncolumns = ["teks", "label"]'
    corpus = one_corpus(tmp_path, INSULT + file_entry("a.csv.zst", "a.tsv", more=more))
    put(tmp_path / "copies", "a.csv.zst", copy)
    put(tmp_path / "originals", "a.tsv", b"satu\t1\ndua\t0\n")
    from_copy, from_original = read(corpus, tmp_path / "copies"), read(corpus, tmp_path / "originals")
    assert from_copy == from_original
    assert [(row.text, row.labels) for row in from_copy] == [("satu", {"penghinaan": 0.8}), ("dua", {})]


def test_made_up_header_of_a_copy_is_no_row(tmp_path: Path) -> None:
    put(tmp_path, "a.csv.zst", copy_of(["0", "1"], ["satu", "1"]))
    more = 'columns = ["teks", "label"]\ncopy_header = true'
    corpus = one_corpus(tmp_path, file_entry("a.csv.zst", "a.csv", more=more))
    assert [row.text for row in read(corpus, tmp_path)] == ["satu"]


def test_original_is_read_in_its_encoding_and_delimiter(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", 'teks;label\r\n"café; \\xf0\\x9f\\x98\\x82";1\r\n'.encode("latin-1"))
    more = 'encoding = "latin-1"\ndelimiter = ";"'
    corpus = one_corpus(tmp_path, INSULT + file_entry("a.csv.zst", "a.csv", more=more))
    assert [(row.text, row.labels) for row in read(corpus, tmp_path)] == [("café; 😂", {"penghinaan": 0.8})]


def test_unquoted_original_keeps_its_quotes(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", b'no\tteks\n1\t"awal saja\n2\tbiasa\n')
    more = 'delimiter = "\\t"\nquoted = false'
    corpus = one_corpus(tmp_path, file_entry("a.csv.zst", "a.txt", more=more))
    assert [row.text for row in read(corpus, tmp_path)] == ['"awal saja', "biasa"]


def test_json_original_is_a_list_of_records(tmp_path: Path) -> None:
    put(tmp_path, "a.json", json.dumps([{"teks": "satu"}, {"teks": "dua\ntiga"}]).encode())
    corpus = one_corpus(tmp_path, file_entry("a.csv.zst", "a.json", more='format = "json"'))
    assert [row.text for row in read(corpus, tmp_path)] == ["satu", "dua\ntiga"]


def test_sheet_original_gives_whole_numbers_as_labels(tmp_path: Path) -> None:
    path = put(tmp_path, "a.xlsx", b"")
    write_sheet(path, [["teks", "label"], ["dasar payah", 1], ["halo", 0]])
    corpus = one_corpus(tmp_path, INSULT + file_entry("a.csv.zst", "a.xlsx", more='format = "xlsx"'))
    assert [(row.text, row.labels) for row in read(corpus, tmp_path)] == [
        ("dasar payah", {"penghinaan": 0.8}),
        ("halo", {}),
    ]


def test_copy_goes_before_the_original(tmp_path: Path) -> None:
    put(tmp_path, "a.csv.zst", copy_of(["teks"], ["dari salinan"]))
    put(tmp_path, "a.csv", b"teks\ndari asal\n")
    corpus = one_corpus(tmp_path, file_entry("a.csv.zst", "a.csv"))
    assert [row.text for row in read(corpus, tmp_path)] == ["dari salinan"]


def test_missing_file_and_column_say_what_to_do(tmp_path: Path) -> None:
    corpus = one_corpus(tmp_path, file_entry("a.csv.zst", "a.csv"))
    with pytest.raises(CorpusError, match=r"neither a\.csv\.zst nor a\.csv.*saring data fetch"):
        read(corpus, tmp_path)
    put(tmp_path, "a.csv.zst", copy_of(["isi"], ["halo"]))
    with pytest.raises(CorpusError, match="no column teks; it has isi"):
        read(corpus, tmp_path)


def write_sheet(path: Path, rows: list[list[str | int]]) -> None:
    """The least that is a workbook: one sheet, strings written in place."""

    def cell(value: str | int) -> str:
        if isinstance(value, int):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    sheet = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
