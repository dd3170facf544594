from pathlib import Path

import pytest
from small_corpus import COMMIT, catalogue, entry, file_entry, one_corpus

from saring.corpora import catalogue as module
from saring.corpora.catalogue import LabelRule, corpora_root, find_corpora_root, load_catalogue
from saring.errors import CorpusError
from saring.taxonomy import taxonomy

FILE = file_entry("a.csv.zst", "a.csv")


def test_shipped_catalogue_holds_every_corpus_once() -> None:
    shipped = load_catalogue()
    assert len(shipped.corpora) == 39
    assert len({file.original_digest for corpus in shipped.corpora for file in corpus.files}) == sum(
        len(corpus.files) for corpus in shipped.corpora
    )


def test_shipped_roles_keep_the_independent_tests_out_of_training() -> None:
    roles = {corpus.id: corpus.role for corpus in load_catalogue().corpora}
    assert {name for name, role in roles.items() if role == "test-only"} == {
        "hoax_mendeley600",
        "wa_messages",
        "twitter_hoax300",
    }
    assert {name for name, role in roles.items() if role == "gauge"} == {
        "ministry_tweets",
        "covid19goid_titles",
    }


def test_permissive_leaves_out_what_is_unstated_or_non_commercial() -> None:
    permissive = load_catalogue().permissive()
    assert {corpus.licence for corpus in permissive.corpora} == {"MIT", "Apache-2.0", "CC-BY-SA-4.0"}
    assert "ibrohim2019_multilabel" not in permissive.ids


def test_shipped_rules_give_the_trust_of_positives_and_what_is_left_of_it_for_clean() -> None:
    rules = load_catalogue()["ibrohim2019_multilabel"].labels
    insult = next(rule for rule in rules if rule.category == "penghinaan")
    assert insult.soft == 0.85
    assert insult.holds("re_dataset.csv.zst", "Tweet", {"HS_Individual": "1", "Abusive": "1"})
    assert not insult.holds("re_dataset.csv.zst", "Tweet", {"HS_Individual": "1", "Abusive": "0"})
    clean = next(rule for rule in rules if rule.category == "clean")
    assert clean.categories == taxonomy().ids
    assert clean.soft == 0.05


def test_url_quotes_the_path_and_names_the_commit(tmp_path: Path) -> None:
    corpus = one_corpus(tmp_path, file_entry("a.csv.zst", "data latih (1).csv"))
    assert corpus.files[0].url == (
        f"https://raw.githubusercontent.com/owner/contoh/{COMMIT}/data/data%20latih%20%281%29.csv"
    )


def test_file_may_come_from_another_repository(tmp_path: Path) -> None:
    more = 'repository = "https://github.com/other/place"\ncommit = "d"'
    corpus = one_corpus(tmp_path, file_entry("a.csv.zst", "a.csv", more=more))
    assert corpus.files[0].origin == "other/place/d/data/a.csv"


def test_rule_is_narrowed_by_file_and_text_column() -> None:
    rule = LabelRule("hoaks", 0, 0.95, files=("a.csv.zst",), text="fakta")
    assert rule.holds("a.csv.zst", "fakta", {})
    assert not rule.holds("b.csv.zst", "fakta", {})
    assert not rule.holds("a.csv.zst", "klaim", {})


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (entry(role="nonsense", body=FILE), "role is 'nonsense'"),
        (entry(body='label = [{ category = "marah", value = 1, trust = 0.5 }]' + FILE), "'marah'"),
        (entry(body='label = [{ category = "sara", value = 2, trust = 0.5 }]' + FILE), "value is 0 or 1"),
        (entry(body='label = [{ category = "sara", value = 1, trust = 1.5 }]' + FILE), "between 0 and 1"),
        (entry(body='label = [{ category = "clean", value = 1, trust = 1.0 }]' + FILE), "clean label"),
        (
            entry(body='label = [{ category = "sara", value = 1, trust = 1.0, files = ["z"] }]' + FILE),
            "unknown files: z",
        ),
        (entry(body=""), "has no file"),
        (entry(body=FILE.replace("text =", "txt =")), "has no text"),
        (entry(body=FILE + 'colour = "red"'), "colour"),
        (entry(body=FILE + 'format = "docx"'), "'docx'"),
        (entry(body=FILE + "header = false"), "needs columns"),
        (entry(body=FILE.replace('digest = "', 'digest = "x')), "SHA-256"),
        ('[[corpus]]\ntitle = "nameless"', "no id"),
        ("not toml", "not TOML"),
        (entry(body=FILE) + entry(body=FILE), "contoh more than once"),
    ],
)
def test_malformed_entry_is_refused_by_name(tmp_path: Path, broken: str, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        catalogue(tmp_path, broken)


def test_missing_catalogue_and_unknown_corpus_say_so(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no catalogue at"):
        load_catalogue(tmp_path / "none.toml")
    with pytest.raises(CorpusError, match="no corpus 'lain'; the catalogue has contoh"):
        catalogue(tmp_path, entry(body=FILE))["lain"]


def test_corpora_root_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SARING_CORPORA", str(tmp_path))
    assert corpora_root() == tmp_path
    monkeypatch.setenv("SARING_CORPORA", str(tmp_path / "none"))
    with pytest.raises(CorpusError, match="not a folder"):
        corpora_root()


def test_corpora_root_prefers_the_shared_folder_to_fetched_originals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = tmp_path / "checkout"
    monkeypatch.delenv("SARING_CORPORA", raising=False)
    monkeypatch.setattr(module, "_CHECKOUT", checkout)
    assert find_corpora_root() is None
    with pytest.raises(CorpusError, match=r"saring data fetch.*SARING_CORPORA"):
        corpora_root()
    fetched = checkout / "data" / "corpora"
    fetched.mkdir(parents=True)
    assert corpora_root() == fetched
    shared = tmp_path / "shared" / "corpora" / "labelled"
    shared.mkdir(parents=True)
    assert corpora_root() == shared
