"""Counts drawn from what is true: respondents and answers, applicants and appointments, staff by band.

The merger is made here. Both trusts are drawn separately throughout; from the date of the merger the counts of the
smaller are added to its successor's, which is what happens to their staff.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wres_analysis.sample.latent import Latent, stream
from wres_analysis.sample.places import PREDECESSOR, SUCCESSOR, Trust

__all__ = [
    "BANDS",
    "GROUPS",
    "MERGER",
    "QUESTIONS",
    "Board",
    "Pools",
    "Survey",
    "World",
    "draw_boards",
    "draw_pools",
    "draw_staff",
    "draw_survey",
    "exists",
    "merge",
]

Counts = NDArray[np.int64]

#: The successor's first day, in the middle of a financial year.
MERGER = dt.date(2022, 10, 1)
GROUPS = ("white", "bme")
QUESTIONS = ("ind5", "ind6", "ind7", "ind8")
#: (staff group, band, share of a trust's staff by kind of band, log odds of BME against the trust's share)
BANDS: tuple[tuple[str, str, float, float], ...] = (
    ("Non-clinical", "Band 2", 0.075, -0.35),
    ("Non-clinical", "Band 3", 0.070, -0.45),
    ("Non-clinical", "Band 4", 0.050, -0.50),
    ("Non-clinical", "Band 5", 0.025, -0.40),
    ("Non-clinical", "Band 6", 0.020, -0.45),
    ("Non-clinical", "Band 7", 0.016, -0.55),
    ("Non-clinical", "Band 8a", 0.012, -0.70),
    ("Non-clinical", "Band 8b", 0.007, -0.85),
    ("Non-clinical", "Band 8c", 0.004, -1.00),
    ("Non-clinical", "Band 8d", 0.0025, -1.15),
    ("Non-clinical", "Band 9", 0.0015, -1.30),
    ("Non-clinical", "VSM", 0.0020, -1.35),
    ("Clinical", "Band 2", 0.110, 0.05),
    ("Clinical", "Band 3", 0.085, -0.10),
    ("Clinical", "Band 4", 0.045, -0.20),
    ("Clinical", "Band 5", 0.170, 0.75),
    ("Clinical", "Band 6", 0.140, 0.10),
    ("Clinical", "Band 7", 0.075, -0.45),
    ("Clinical", "Band 8a", 0.022, -0.75),
    ("Clinical", "Band 8b", 0.007, -0.95),
    ("Clinical", "Band 8c", 0.0035, -1.10),
    ("Clinical", "Band 8d", 0.0015, -1.25),
    ("Clinical", "Band 9", 0.0008, -1.40),
    ("Clinical", "VSM", 0.0006, -1.40),
    ("Medical and dental", "Consultant", 0.038, 0.95),
    ("Medical and dental", "Non-consultant career grade", 0.010, 1.55),
    ("Medical and dental", "Trainee", 0.042, 1.05),
)
_MEDICAL = {"acute": 1.0, "specialist": 1.0, "mental": 0.45, "community": 0.12, "ambulance": 0.02}


@dataclass(frozen=True)
class World:
    """Everything the writers need: the trusts, what is true of them, the years and the seed."""

    trusts: tuple[Trust, ...]
    latent: Latent
    first_year: int
    last_year: int
    seed: int

    @property
    def merges(self) -> bool:
        """Whether both trusts of the merger are in this register."""
        return len(self.trusts) > max(SUCCESSOR, PREDECESSOR)

    def stream(self, name: str) -> np.random.Generator:
        """A generator for one file or one table."""
        return stream(self.seed, name)


def exists(world: World, position: int, on: dt.date) -> bool:
    """Whether a trust still exists on a date."""
    return not (world.merges and position == PREDECESSOR and on >= MERGER)


def merge(world: World, counts: Counts, on: dt.date) -> Counts:
    """Add the predecessor's counts to its successor's from the day of the merger. The first axis is trusts."""
    if not world.merges or on < MERGER:
        return counts
    merged = counts.copy()
    merged[SUCCESSOR] += merged[PREDECESSOR]
    merged[PREDECESSOR] = 0
    return merged


@dataclass(frozen=True)
class Survey:
    """One autumn's answers, after any merger.

    Parameters
    ----------
    year
        The year of the autumn.
    sent
        Questionnaires sent, by trust.
    white, bme, unknown
        Respondents by trust: of each group, and who did not give an ethnic group.
    answered, yes
        By trust, question (:data:`QUESTIONS`) and group (:data:`GROUPS`): who answered, and who said that
        it happened (for indicator 7: that the trust acts fairly).
    dont_know
        By trust and group: who answered "don't know" to the question of indicator 7. They are in ``answered``.
    managers, colleagues
        By trust and group: who had harassment from managers, from colleagues. Together they are indicator 6.
    engagement
        The published score by trust.
    """

    year: int
    sent: Counts
    white: Counts
    bme: Counts
    unknown: Counts
    answered: Counts
    yes: Counts
    dont_know: Counts
    managers: Counts
    colleagues: Counts
    engagement: NDArray[np.float64]

    @property
    def respondents(self) -> Counts:
        """All respondents by trust."""
        return self.white + self.bme + self.unknown


def draw_survey(world: World, year: int) -> Survey:
    """Draw the answers of one autumn's survey by the binomial distribution."""
    latent, column = world.latent, world.latent.index(year + 1)
    on = dt.date(year, 10, 15)
    rng = world.stream(f"survey {year}")
    count = len(world.trusts)
    habit = world.stream("response").standard_normal(count)  # some trusts always answer better
    rate = np.round(1.0 / (1.0 + np.exp(0.15 - 0.25 * habit - 0.08 * rng.standard_normal(count))), 6)
    sent = latent.headcount[:, column].astype(np.int64)
    respondents = rng.binomial(sent, rate)
    unknown = rng.binomial(respondents, 0.013)
    share = latent.bme_share[:, column] / 100.0
    bme = rng.binomial(respondents - unknown, np.round(0.95 * share, 6))
    white = respondents - unknown - bme

    people = np.stack([white, bme], axis=1)
    answered = np.empty((count, len(QUESTIONS), 2), dtype=np.int64)
    yes = np.empty_like(answered)
    for number, question in enumerate(QUESTIONS):
        truth = np.stack([latent.percent(question, group)[:, column] for group in GROUPS], axis=1) / 100.0
        answered[:, number] = rng.binomial(people, 0.985)
        yes[:, number] = rng.binomial(answered[:, number], truth)
    dont_know = _not_known(rng, answered, yes)
    _keep_order(world, rng, answered, yes, dont_know, column)
    managers = rng.binomial(yes[:, 1], 0.48)
    colleagues = np.maximum(rng.binomial(yes[:, 1], 0.78), yes[:, 1] - managers)

    noise = 1.9 / np.sqrt(np.maximum(respondents, 1)) * rng.standard_normal(count)
    score = np.round(latent.engagement[:, column] + noise, 9)
    total = merge(world, respondents, on)
    weighted = merge(world, np.round(score * respondents * 1e6).astype(np.int64), on)
    combined = np.round(weighted / np.maximum(total, 1) / 1e6, 9)
    return Survey(
        year=year,
        sent=merge(world, sent, on),
        white=merge(world, white, on),
        bme=merge(world, bme, on),
        unknown=merge(world, unknown, on),
        answered=merge(world, answered, on),
        yes=merge(world, yes, on),
        dont_know=merge(world, dont_know, on),
        managers=merge(world, managers, on),
        colleagues=merge(world, colleagues, on),
        engagement=np.where(total == respondents, score, combined),
    )


def _not_known(rng: np.random.Generator, answered: Counts, yes: Counts) -> Counts:
    """Of those who do not say yes to indicator 7, White staff more often do not know than say no."""
    return rng.binomial(answered[:, 2] - yes[:, 2], np.array([0.76, 0.62]))


def _keep_order(
    world: World, rng: np.random.Generator, answered: Counts, yes: Counts, dont_know: Counts, column: int
) -> None:
    """Draw again where chance alone puts ethnic minority staff ahead on indicators 7 and 8 at once.

    Among few respondents that happens now and then, on either base of indicator 7, and it is the mark of swapped
    columns, which is planted once.
    """
    truth = [world.latent.percent(question, "bme")[:, column] / 100.0 for question in ("ind7", "ind8")]
    for _ in range(50):
        rate = yes / np.maximum(answered, 1)
        old_base = yes[:, 2] / np.maximum(answered[:, 2] - dont_know, 1)
        fair = (rate[:, 2, 1] >= rate[:, 2, 0]) | (old_base[:, 1] >= old_base[:, 0])
        swapped = np.flatnonzero(fair & (rate[:, 3, 1] <= rate[:, 3, 0]))
        if not swapped.size:
            return
        for number, probability in zip((2, 3), truth, strict=True):
            yes[swapped, number, 1] = rng.binomial(answered[swapped, number, 1], probability[swapped])
        dont_know[swapped] = _not_known(rng, answered[swapped], yes[swapped])


def draw_staff(world: World, year: int) -> Counts:
    """Return the staff in post on 31 March: trusts x bands x (White, BME, not known). A full count, not a sample."""
    latent, column = world.latent, world.latent.index(year)
    lean = world.stream("bands").standard_normal((len(world.trusts), len(BANDS)))
    now = world.stream(f"bands {year}").standard_normal((len(world.trusts), len(BANDS)))
    weight = np.array([band[2] for band in BANDS])[None, :] * np.exp(0.12 * lean + 0.02 * now)
    medical = np.array([_MEDICAL[trust.kind.key] for trust in world.trusts])
    weight[:, -3:] *= medical[:, None]
    total = np.round(weight / weight.sum(axis=1, keepdims=True) * latent.headcount[:, [column]]).astype(np.int64)
    share = latent.bme_share[:, [column]] / 100.0
    climb = 0.02 * (year - 2017) * (np.array([band[3] for band in BANDS]) < -0.6)  # senior bands catch up slowly
    odds = np.log(share / (1 - share)) + np.array([band[3] for band in BANDS]) + climb + 0.15 * lean - 0.13 + 0.03 * now
    unknown = np.round(total * (0.03 + 0.01 * np.tanh(lean))).astype(np.int64)
    bme = np.round((total - unknown) / (1.0 + np.exp(-odds)) + 1e-6).astype(np.int64)
    staff = np.stack([total - unknown - bme, bme, unknown], axis=2)
    return merge(world, staff, dt.date(year, 3, 31))


@dataclass(frozen=True)
class Pools:
    """Indicators 2 to 4 of one year: trusts x (White, BME, not known), pools and events."""

    pool: Counts
    event: Counts


def draw_pools(world: World, year: int, staff: Counts) -> dict[int, Pools]:
    """Draw who was shortlisted and appointed, disciplined, trained. ``staff`` is :func:`draw_staff`'s."""
    latent, column = world.latent, world.latent.index(year)
    on = dt.date(year, 3, 31)
    post = staff.sum(axis=1)
    out = {}
    for number, base in ((2, 0.26), (3, 0.009), (4, 0.58)):
        rng = world.stream(f"indicator {number} {year}")
        ratio = np.exp(latent.log_ratio[f"ind{number}"][:, column])
        # Indicators 2 and 4 are White over BME, indicator 3 BME over White; either way more than 1 is worse for BME.
        bme = base * ratio if number == 3 else base / ratio
        rate = np.round(
            np.clip(np.stack([np.full_like(bme, base), bme, np.full_like(bme, base * 0.8)], axis=1), 0, 0.95), 6
        )
        if number == 2:
            shortlisted = np.round(latent.headcount[:, column] * 0.55)
            share = np.clip(latent.bme_share[:, column] / 100.0 * 1.25, 0, 0.85)
            expected = np.stack([shortlisted * (0.96 - share), shortlisted * share, shortlisted * 0.04], axis=1)
            pool = merge(world, rng.poisson(np.round(expected, 3)).astype(np.int64), on)
        else:
            pool = post
        if world.merges and on >= MERGER:  # the merged trust is one trust, with the successor's true rate
            rate[PREDECESSOR] = 0.0
        event = rng.binomial(pool, rate)
        for _ in range(50):  # a ratio beyond belief by chance alone would look like the planted one
            wrong = _beyond_belief(pool, event, number)
            if not wrong.size:
                break
            event[wrong] = rng.binomial(pool[wrong], rate[wrong])
        out[number] = Pools(pool, event)
    return out


def _beyond_belief(pool: Counts, event: Counts, number: int) -> NDArray[np.int64]:
    """Positions whose ratio is finite and positive, and outside 0.25 to 5."""
    rate = event / np.maximum(pool, 1)
    top, bottom = (1, 0) if number == 3 else (0, 1)
    known = (rate[:, 0] > 0) & (rate[:, 1] > 0)
    ratio = np.where(known, rate[:, top] / np.where(known, rate[:, bottom], 1.0), 1.0)
    return np.flatnonzero((ratio < 0.25) | (ratio > 5.0))


@dataclass(frozen=True)
class Board:
    """Boards of one year: trusts x (members, White, BME, not known) for total, voting and executive."""

    total: Counts
    voting: Counts
    executive: Counts


def draw_boards(world: World, years: list[int]) -> dict[int, Board]:
    """Draw the boards seat by seat: a seat changes hands one year in five, so a board changes slowly.

    The first five seats are executive, the first eleven or so vote; the rest attend without a vote.
    """
    rng = world.stream("boards")
    count, seats = len(world.trusts), 16
    size = 12 + rng.integers(0, 5, count)
    voting = np.minimum(size, 10 + rng.integers(0, 3, count))
    holder = rng.random((count, seats))
    boards = {}
    for year in years:
        share = world.latent.bme_share[:, world.latent.index(year)] / 100.0
        chance = np.round(0.25 * share + 0.012 * (year - 2016) * (0.5 + 2.0 * share), 6)
        renewed = rng.random((count, seats)) < 0.2
        holder = np.where(renewed, rng.random((count, seats)), holder)
        seat = np.arange(seats)[None, :]
        unknown = holder > 0.97
        bme = holder < chance[:, None]

        def members(
            held: NDArray[np.bool_], unknown: NDArray[np.bool_] = unknown, bme: NDArray[np.bool_] = bme
        ) -> Counts:
            parts = [held, held & ~unknown & ~bme, held & bme, held & unknown]
            return np.stack([part.sum(axis=1) for part in parts], axis=1).astype(np.int64)

        boards[year] = Board(
            total=members(seat < size[:, None]),
            voting=members(seat < voting[:, None]),
            executive=members(np.broadcast_to(seat < 5, (count, seats))),
        )
    return boards
