import pytest

from saring.errors import InputError
from saring.scoring.columns import find_text_column


@pytest.mark.parametrize(
    ("columns", "taken"),
    [
        (["id", "Teks", "tanggal"], "Teks"),
        (["No", "Isi Komentar"], "Isi Komentar"),
        (["id_str", "full_text", "text"], "full_text"),
        (["id", "author_id", "text", "caption"], "text"),
        (["Page Name", "Facebook Id", "Message", "Description"], "Message"),
        (["Account", "Followers at Posting", "Description", "Image Text"], "Description"),
        (["videoId", "textDisplay", "textOriginal"], "textOriginal"),
        (["video_id", "video_description"], "video_description"),
        (["Headline", "Opening Text", "Hit Sentence", "Content"], "Hit Sentence"),
        (["Date", "Title", "Content", "Sentiment", "Comment"], "Content"),
        (["kolom"], "kolom"),
    ],
)
def test_the_column_is_found_by_export_or_by_name(columns: list[str], taken: str) -> None:
    assert find_text_column(columns).column == taken


def test_why_a_column_was_taken_is_said() -> None:
    assert find_text_column(["text_display", "text_original"]).why == "known export: YouTube comments"
    assert find_text_column(["teks", "n"]).why == "usual name"
    assert find_text_column(["teks", "n"], "n").why == "as asked"


def test_what_is_not_clear_is_asked() -> None:
    with pytest.raises(InputError, match=r"'teks', 'Pesan'\. Say --text-column"):
        find_text_column(["id", "teks", "Pesan"])
    with pytest.raises(InputError, match="'a', 'b'"):
        find_text_column(["a", "b"])
