"""How much a key may ask for in a minute."""

import itertools
from pathlib import Path

import httpx
import pytest
from access_service import JSON, Body, add_keys, bearer, with_keys
from fake_service import FakeClassifier

from saring_serve.problems import Problem
from saring_serve.rates import Rates
from saring_serve.settings import AccessSettings, Settings, SettingsError, StoreSettings
from saring_serve.store.keys import opened

pytestmark = pytest.mark.anyio


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def refused(rates: Rates, per_minute: int, cost: int) -> int:
    """Seconds that a refusal asks to wait, 0 where it is granted."""
    try:
        rates.take("cms", per_minute, cost)
    except Problem as problem:
        return int(problem.headers["retry-after"])
    return 0


@pytest.mark.parametrize(
    ("per_minute", "cost"), [*itertools.product([1, 3, 7, 60, 601], [1, 2, 59, 100, 256])]
)
def test_who_waits_as_long_as_told_is_answered(per_minute: int, cost: int, clock: Clock) -> None:
    rates = Rates(clock)
    while not (wait := refused(rates, per_minute, cost)):
        pass
    clock.now += wait - 1
    assert refused(rates, per_minute, cost) == 1
    clock.now += 1
    assert refused(rates, per_minute, cost) == 0


def test_over_time_the_rate_holds_however_large_the_batches(clock: Clock) -> None:
    rates = Rates(clock)
    granted = 0
    for _ in range(10 * 60):
        granted += 0 if refused(rates, 60, 100) else 100
        clock.now += 1
    assert 600 <= granted <= 600 + 100


def test_each_key_has_its_own_bucket_and_it_holds_no_more_than_a_minute(clock: Clock) -> None:
    rates = Rates(clock)
    rates.take("cms", 2, 2)
    with pytest.raises(Problem):
        rates.take("cms", 2, 1)
    rates.take("bot", 2, 2)
    clock.now += 3600
    headers = rates.take("cms", 2, 1)
    assert headers == {"ratelimit-policy": '"key";q=2;w=60', "ratelimit": '"key";r=1;t=30'}


async def test_texts_count_and_what_is_too_much_is_refused_unjudged(
    tmp_path: Path, classifier: FakeClassifier, clock: Clock
) -> None:
    headers = bearer(add_keys(tmp_path)["classify"])
    async with with_keys(tmp_path, classifier, SARING_RATE_PER_MINUTE="60") as client:
        client._transport.app.state.service.rates = Rates(clock)

        async def classify(*texts: str) -> httpx.Response:
            return await client.post("/classify/batch", json={"texts": texts}, headers=headers)

        one = await client.post("/classify", json={"text": "a"}, headers=headers)
        assert (one.headers["ratelimit"], one.headers["ratelimit-policy"]) == (
            '"key";r=59;t=1',
            '"key";q=60;w=60',
        )
        assert (await classify(*["b"] * 50)).headers["ratelimit"] == '"key";r=9;t=51'
        late = await classify(*["terlalu banyak"] * 10)
        assert (late.status_code, late.json()["code"]) == (429, "rate_limited")
        assert (late.headers["retry-after"], late.headers["ratelimit"]) == ("1", '"key";r=9;t=51')
        assert late.headers["x-content-type-options"] == "nosniff"
        assert not classifier.judged("terlalu banyak")
        clock.now += 1
        assert (await classify(*["terlalu banyak"] * 10)).status_code == 200
        clock.now += 60
        assert (await classify(*["c"] * 100)).headers["ratelimit"] == '"key";r=0;t=100'
        endless = Body(b"x" * 1000)
        debt = await client.post("/classify/batch", content=endless, headers=headers | JSON)
        assert (debt.status_code, debt.headers["retry-after"]) == (429, "40")
        assert endless.sent <= 1000
        assert "ratelimit" not in (await client.get("/access", headers=headers)).headers


async def test_a_key_may_have_a_rate_of_its_own(tmp_path: Path) -> None:
    with opened(StoreSettings(data=tmp_path)) as store:
        many, few, usual = (store.add(f"{rate}", "review", rate) for rate in (100, 2, None))
    for default in (None, "50"):
        variables = {} if default is None else {"SARING_RATE_PER_MINUTE": default}
        async with with_keys(tmp_path, **variables) as client:
            policies = {
                key: (await client.get("/feedback/summary", headers=bearer(key))).headers.get(
                    "ratelimit-policy"
                )
                for key in (many, few, usual)
            }
            expected = [rate and f'"key";q={rate};w=60' for rate in ("100", "2", default)]
            assert list(policies.values()) == expected
            statuses = [
                (await client.get("/feedback/summary", headers=bearer(few))).status_code for _ in range(2)
            ]
            assert statuses == [200, 429]


def test_a_rate_without_keys_is_refused() -> None:
    with pytest.raises(SettingsError, match="SARING_REQUIRE_KEYS=1"):
        Settings.from_environment({"SARING_RATE_PER_MINUTE": "60"})
    read = Settings.from_environment({"SARING_REQUIRE_KEYS": "1", "SARING_RATE_PER_MINUTE": "60"})
    assert read.access == AccessSettings(keys=True, rate=60)
