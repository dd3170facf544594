import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saring.scoring.report.prevalence import FEWEST, ErrorRates, corrected, why_not

counts = st.integers(FEWEST, 5000)


@st.composite
def usable_rates(draw: st.DrawFn) -> ErrorRates:
    """Error rates of a model that is better than chance."""
    positives, negatives = draw(counts), draw(counts)
    found = draw(st.integers(round(0.8 * positives), positives))
    return ErrorRates(positives, found, negatives, draw(st.integers(0, round(0.3 * negatives))))


@st.composite
def flagged_of(draw: st.DrawFn) -> tuple[int, int]:
    scored = draw(st.integers(1, 10**9))
    return draw(st.integers(0, scored)), scored


@given(usable_rates(), flagged_of())
def test_an_estimate_lies_in_its_interval_and_both_between_none_and_all(
    rates: ErrorRates, share: tuple[int, int]
) -> None:
    found = corrected(*share, rates)
    assert 0 <= found.low <= found.value <= found.high <= 1


@given(usable_rates(), flagged_of())
def test_more_flags_are_no_smaller_estimate(rates: ErrorRates, share: tuple[int, int]) -> None:
    flagged, scored = share
    more = corrected(min(scored, flagged + 1 + scored // 10), scored, rates)
    assert more.value >= corrected(flagged, scored, rates).value


@given(flagged_of())
def test_a_model_without_error_is_not_corrected(share: tuple[int, int]) -> None:
    perfect = ErrorRates(1000, 1000, 1000, 0)
    assert corrected(*share, perfect).value == pytest.approx(share[0] / share[1])


@given(usable_rates(), st.floats(0, 1))
def test_the_estimate_undoes_what_the_errors_did(rates: ErrorRates, truth: float) -> None:
    sensitivity, alarms = rates.found / rates.positives, rates.false_alarms / rates.negatives
    scored = 10**9
    flagged = round(scored * (truth * sensitivity + (1 - truth) * alarms))
    assert corrected(flagged, scored, rates).value == pytest.approx(truth, abs=1e-6)


def test_the_interval_is_the_papers() -> None:
    """Equations 2, 4, 6, 7, 16 and 17, for 60 of 200 flagged, 51 of 60 found, 48 of 60 left alone."""
    sensitivity, specificity, z = 52 / 62, 49 / 62, 1.959963984540054
    n, share = 200 + z * z, (60 + z * z / 2) / (200 + z * z)
    gain = sensitivity + specificity - 1
    centre = (share + specificity - 1) / gain
    a, b = sensitivity * (1 - sensitivity) / 62, specificity * (1 - specificity) / 62
    shift = 2 * z * z * (centre * a - (1 - centre) * b)
    spread = np.sqrt(share * (1 - share) / n + centre**2 * a + (1 - centre) ** 2 * b) / gain
    found = corrected(60, 200, ErrorRates(60, 51, 60, 12))
    assert found.value == pytest.approx((0.3 + 0.8 - 1) / 0.65)
    assert found.low == pytest.approx(max(0, centre + shift - z * spread))
    assert found.high == pytest.approx(centre + shift + z * spread)


@pytest.mark.parametrize(
    ("truth", "sensitivity", "specificity", "scored", "positives", "negatives"),
    [(0.05, 0.7, 0.99, 4000, 341, 4307), (0.3, 0.85, 0.8, 200, 60, 60), (0.002, 0.6, 0.991, 20000, 94, 4592)],
)
def test_the_interval_holds_the_truth_as_often_as_it_says(
    truth: float, sensitivity: float, specificity: float, scored: int, positives: int, negatives: int
) -> None:
    random = np.random.default_rng(7)
    rounds, held = 1000, 0
    rate = truth * sensitivity + (1 - truth) * (1 - specificity)
    for _ in range(rounds):
        rates = ErrorRates(
            positives,
            int(random.binomial(positives, sensitivity)),
            negatives,
            int(random.binomial(negatives, 1 - specificity)),
        )
        found = corrected(int(random.binomial(scored, rate)), scored, rates)
        held += found.low <= truth <= found.high
    assert held / rounds >= 0.94


def test_doubt_about_the_error_rates_stays_however_many_posts_there_are() -> None:
    surer = corrected(10**7, 10**9, ErrorRates(30000, 24000, 500000, 2500))
    found = corrected(10**7, 10**9, ErrorRates(300, 240, 5000, 25))
    assert found.high - found.low > 5 * (surer.high - surer.low) > 0


def test_where_it_cannot_be_corrected() -> None:
    assert why_not(None) == "unmeasured"
    assert why_not(ErrorRates(6, 0, 4696, 0)) == "too few"
    assert why_not(ErrorRates(4000, 3000, 6, 0)) == "too few"
    assert why_not(ErrorRates(100, 30, 100, 28)) == "no better than chance"
    assert why_not(ErrorRates(94, 57, 4592, 41)) is None
    assert corrected(0, 0, ErrorRates(94, 57, 4592, 41)).value is None


def test_counts_come_from_the_manifest() -> None:
    figures = {"recall": {"value": 237 / 341}, "positives": 341, "known": 4648, "flagged": 297}
    evaluation = {"categories": {"hoaks": figures}}
    assert ErrorRates.of(evaluation, "hoaks") == ErrorRates(341, 237, 4307, 60)
    assert ErrorRates.of(evaluation, "sara") is None and ErrorRates.of({}, "hoaks") is None
    never = {"recall": {"value": None}, "positives": 0, "known": 10, "flagged": 1}
    assert ErrorRates.of({"categories": {"hoaks": never}}, "hoaks") == ErrorRates(0, 0, 10, 1)
