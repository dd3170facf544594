"""Posts of our own and a pool made from them, small enough to see through."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from small_corpus import catalogue, copy_of, entry, file_entry, put

from saring.corpora.annotations import Annotations
from saring.corpora.pool import Pool, read_pool
from saring.taxonomy import taxonomy

_WORDS = (
    "pagi siang malam warga kota desa pasar sekolah guru murid jalan rusak hujan panas kopi teh nasi goreng "
    "motor mobil kereta kantor rapat laporan anggaran pelayanan antrean berkas petugas ramah lambat cepat "
    "taman sungai gunung laut pantai ikan burung kucing kambing sawah padi panen musim libur keluarga teman"
).split()


def post(seed: int, words: int = 14) -> str:
    """A post unlike that of any other seed."""
    return " ".join(random.Random(seed).choices(_WORDS, k=words))


def nearly(text: str, ending: str = "sekali") -> str:
    """A near-duplicate: another word at the end, a handle and a number."""
    return f"@akun {text} {ending} 123"


def vector(**labels: float) -> NDArray[np.float32]:
    """Labels in the taxonomy's order, 0 where nothing else is given."""
    return np.array([labels.get(category, 0.0) for category in taxonomy().ids], dtype=np.float32)


def pool(
    folder: Path,
    corpora: Mapping[str, Sequence[tuple[str, str]]],
    *,
    roles: Mapping[str, str] | None = None,
    closed: Sequence[str] = (),
    annotations: Annotations | None = None,
    authored: Sequence[Path] = (),
) -> Pool:
    """A pool of ``corpora``: their rows are (text, label), where 1 is an insult and 0 is clean."""
    entries = []
    for name, rows in corpora.items():
        content = copy_of(["teks", "label"], *map(list, rows))
        put(folder, "rows.csv.zst", content, name)
        rules = (
            'label = [{ category = "penghinaan", value = 1, trust = 0.9, where = { label = "1" } },'
            ' { category = "clean", value = 0, trust = 0.95, where = { label = "0" } }]'
        )
        body = rules + file_entry("rows.csv.zst", "rows.csv", copy=content)
        text = entry(name, body=body, role=(roles or {}).get(name, "train"))
        entries.append(text.replace("permissive = true", "permissive = false") if name in closed else text)
    return read_pool(
        catalogue(folder, *entries),
        corpora=folder,
        unlabelled=folder,
        authored=authored,
        annotations=annotations or {},
        order=[*corpora],
    )
