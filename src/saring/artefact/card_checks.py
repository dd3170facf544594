"""The parts of the card that tell of checks: false alarms, abilities, disguise, fairness, doubt."""

from collections.abc import Mapping

from saring.artefact.markdown import Figures, figure, percent, plain, table
from saring.taxonomy import taxonomy

_NOT_MEASURED = "Not measured."
_WORST = 12  # identities shown


def gauges(figures: Figures, baseline: Figures | None) -> str:
    """What is flagged in sources where next to nothing should be."""
    if not figures.get("gauges"):
        return _NOT_MEASURED
    beside = (baseline or {}).get("gauges") or {}
    header = ["source", "rows", "flagged at all", "flagged as `hoaks`", "most flagged category"]
    rows = []
    for name, one in figures["gauges"].items():
        category, most = max(one["categories"].items(), key=lambda item: item[1]["value"])
        row = [name, f"{one['rows']:,}", figure(one["flagged"], share=True)]
        row.append(figure(one["categories"]["hoaks"], share=True))
        row.append(f"`{category}` {percent(most['value'])}" if most["value"] else "none")
        if beside:
            row.append(figure(beside[name]["flagged"], share=True) if name in beside else "-")
        rows.append(row)
    return table(header + (["flagged at all, baseline"] if beside else []), rows)


def ordinary(figures: Figures) -> str:
    """Which ordinary sentences are flagged."""
    found = figures.get("ordinary")
    if not found or not found["sentences"]:
        return _NOT_MEASURED
    line = f"{found['flagged']} of {found['sentences']} sentences flagged ({percent(found['share'])})."
    alarms = [f"- {one['text']} ({one['topic']}): {', '.join(one['categories'])}" for one in found["alarms"]]
    return "\n\n".join([line, "\n".join(alarms)]) if alarms else line


def functional(figures: Figures, baseline: Figures | None) -> str:
    """How many cases of the functional suite pass, by category and side."""
    suite = figures.get("functional")
    if not suite:
        return _NOT_MEASURED
    beside = (baseline or {}).get("functional")
    rows = []
    for category in (*taxonomy().ids, "all"):
        row = [f"`{category}`"]
        for one in filter(None, (suite, beside)):
            row += [_passed(one["categories"].get(f"{category}/{side}")) for side in ("positive", "clean")]
        rows.append(row)
    total = [_passed(one[side]) for one in filter(None, (suite, beside)) for side in ("positive", "clean")]
    header = ["category", "positive cases passed", "clean cases passed"]
    header += ["positive, baseline", "clean, baseline"] if beside else []
    return table(header, [*rows, ["**together**", *total]])


def _passed(tally: Mapping[str, int] | None) -> str:
    if tally is None:
        return "-"
    return f"{tally['passed']} of {tally['cases']} ({percent(tally['passed'] / tally['cases'])})"


def robustness(figures: Figures) -> str:
    """What each perturbation costs, in points of 100."""
    found = figures.get("robustness")
    if not found:
        return _NOT_MEASURED
    rows = []
    for name, one in found["perturbations"].items():
        lost = {category: own["recall_lost"] for category, own in one["categories"].items()}
        category, most = max(lost.items(), key=lambda item: item[1] or 0.0)
        rows.append(
            (
                name.replace("_", " "),
                percent(one["words_touched"]),
                percent(one["read_otherwise"]),
                figure(one["recall_lost"], share=True),
                f"`{category}` {percent(most)}" if most and most > 0 else "none",
                figure(one["clean_flagged_gained"], share=True),
            )
        )
    header = ("perturbation", "words touched", "texts that read otherwise", "macro recall lost")
    measured = (
        f"{found['positive_rows']:,} rows with a positive and {found['clean_rows']:,} clean ones of the "
        f"frozen test, rewritten by a seed; as they stand, macro recall is {percent(found['recall'])} and "
        f"{percent(found['clean_flagged'])} of the clean rows are flagged. In brackets paired 95 % "
        f"bootstrap intervals."
    )
    return f"{measured}\n\n{table((*header, 'most lost in', 'clean rows flagged, gained'), rows)}"


def fairness(figures: Figures) -> str:
    """The protected identities whose naming raises scores most."""
    found = figures.get("fairness")
    if not found:
        return _NOT_MEASURED
    judged = {
        name: one
        for name, one in found["identities"].items()
        if one["protected"] and one["categories"]["any"]["bpsn_auc"] is not None
    }
    worst = sorted(judged.items(), key=lambda item: item[1]["categories"]["any"]["bpsn_auc"])[:_WORST]
    rows = [
        (
            f"{name} ({one['group']})",
            str(one["rows"]),
            f"{percent(one['clean_flagged'])} of {one['clean_rows']}",
            *(plain(one["categories"]["any"][f"{kind}_auc"]) for kind in ("subgroup", "bpsn", "bnsp")),
            *(plain(one["categories"][category]["bpsn_auc"]) for category in ("sara", "penghinaan")),
            plain(one["ece"]),
        )
        for name, one in worst
    ]
    header = ["identity", "rows", "clean rows flagged", "subgroup", "BPSN", "BNSP"]
    header += ["BPSN in `sara`", "BPSN in `penghinaan`", "ECE"]
    protected = sum(one["protected"] for one in found["identities"].values())
    scope = (
        f"Of {protected} protected identities, {len(judged)} are named often enough in the frozen test for a "
        f"BPSN over any of the eight categories; here are the lowest. Of all clean rows "
        f"{percent(found['clean_flagged'])} are flagged."
    )
    return f"{scope}\n\n{table(header, rows)}"


def selective(figures: Figures) -> str:
    """Risk at a few coverages, its area, and what stands outside the review band."""
    found = {name: one for name, one in (figures.get("selective") or {}).items() if one}
    if not found:
        return _NOT_MEASURED
    shares = ("80%", "90%", "100%")
    rows = [
        (
            f"`{category}`",
            *(percent(one["risk"][share]) for share in shares),
            f"{one['aurc']:.4f}",
            f"{one['aurc_oracle']:.4f}",
            percent(one["decided"]["coverage"]),
            percent(one["decided"]["risk"]),
        )
        for category, one in found.items()
    ]
    header = ["category", *(f"wrong at {share.replace('%', ' %')}" for share in shares), "AURC", "AURC, best"]
    return table([*header, "outside the review band", "wrong there"], rows)
