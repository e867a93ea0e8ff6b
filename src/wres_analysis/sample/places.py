"""The fictional trusts: where they are, what they are, what they are called. No randomness.

The seven regions are real, because every publication names them. Towns, care boards and codes are invented:
the codes begin with letters that the Organisation Data Service has never used for a trust.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "FEWEST",
    "ICBS",
    "LARGEST",
    "PREDECESSOR",
    "REGIONS",
    "SMALLEST",
    "SUCCESSOR",
    "Icb",
    "Kind",
    "Region",
    "Trust",
    "register",
]


@dataclass(frozen=True, slots=True)
class Region:
    """A region of NHS England: code, name, and the BME share of its workforce in 2016 (about)."""

    code: str
    name: str
    bme_share: float


REGIONS = (
    Region("Y56", "London", 0.42),
    Region("Y58", "South West", 0.10),
    Region("Y59", "South East", 0.20),
    Region("Y60", "Midlands", 0.17),
    Region("Y61", "East of England", 0.20),
    Region("Y62", "North West", 0.10),
    Region("Y63", "North East and Yorkshire", 0.09),
)


@dataclass(frozen=True, slots=True)
class Icb:
    """An invented integrated care board."""

    code: str
    name: str


#: Two for each region, in the order of :data:`REGIONS`.
ICBS = (
    (Icb("QZ1", "Lanternbridge"), Icb("QZ2", "Quillside and Velvet Quay")),
    (Icb("QZ3", "Mistle Coast"), Icb("QZ4", "Tangleweft and the Combes")),
    (Icb("QZ5", "Amberglass Downs"), Icb("QZ6", "Saffron Straits")),
    (Icb("QZ7", "Copperfern and Umber"), Icb("QZ8", "Marrowstone")),
    (Icb("QZ9", "Gossamer Fens"), Icb("QZA", "Otterwhistle Broads")),
    (Icb("QZB", "Nettlebright"), Icb("QZC", "Pebblethorn and the Sands")),
    (Icb("QZD", "Russetmoor"), Icb("QZE", "Wrenlock Dales")),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of trust it is, in the words of each publisher.

    Parameters
    ----------
    key
        Our own short word.
    benchmark_group, cluster_group
        The sickness benchmarking tool's groups.
    survey_group, survey_sheet
        The Staff Survey's group, and its sheet in the benchmark workbook.
    sector
        The word of the accounts data.
    inspection_category
        The word of the Care Quality Commission.
    title
        How such a trust is called.
    size
        Smallest and largest number of staff.
    """

    key: str
    benchmark_group: str
    cluster_group: str
    survey_group: str
    survey_sheet: str
    sector: str
    inspection_category: str
    title: str
    size: tuple[int, int]


_ACUTE = ("Acute", "Acute and Acute & Community Trusts", "Acute&Acute Community Trusts", "Acute")
_ACUTE_CQC = "Acute hospital - NHS non-specialist"
_MENTAL = (
    "Mental Health",
    "Mental Health & Learning Disability and Mental Health, Learning Disability & Community Trusts",
    "MH&LD, MH, LD&Community Trusts",
    "Mental Health",
)
_MENTAL_CQC = "Mental health - community & residential - NHS"

TEACHING = Kind("acute", "Acute - Teaching", *_ACUTE, _ACUTE_CQC, "University Hospitals", (9000, 20000))
LARGE = Kind("acute", "Acute - Large", *_ACUTE, _ACUTE_CQC, "Hospitals", (7000, 10500))
MEDIUM = Kind("acute", "Acute - Medium", *_ACUTE, _ACUTE_CQC, "General Hospitals", (4200, 6500))
SMALL = Kind("acute", "Acute - Small", *_ACUTE, _ACUTE_CQC, "District Hospital", (2600, 4200))
MULTI = Kind("acute", "Acute - Multi-Service", *_ACUTE, _ACUTE_CQC, "Hospitals and Community", (4500, 8000))
SPECIALIST = Kind(
    "specialist",
    "Acute - Specialist",
    "Acute",
    "Acute Specialist Trusts",
    "Acute Specialist Trusts",
    "Specialist",
    "Acute hospital - NHS specialist",
    "Orthopaedic Hospital",
    (1300, 3000),
)
MENTAL = Kind("mental", "Mental Health and Learning Disability", *_MENTAL, _MENTAL_CQC, "Mental Health", (2800, 6500))
CARE = Kind("mental", "Care Trust", *_MENTAL, _MENTAL_CQC, "Care Partnership", (2200, 4200))
COMMUNITY = Kind(
    "community",
    "Community Provider Trust",
    "Community Provider Trust",
    "Community Trusts",
    "Community Trusts",
    "Community",
    "Community health - NHS & Independent",
    "Community Health",
    (1400, 3200),
)
AMBULANCE = Kind(
    "ambulance",
    "Ambulance Trust",
    "Ambulance",
    "Ambulance Trusts",
    "Ambulance Trusts",
    "Ambulance",
    "Ambulance service",
    "Ambulance Service",
    (3800, 6500),
)

#: One row is one trust of each region, in the order of :data:`REGIONS`. Six rows make the usual 42; two rows
#: have every kind and both sides of the merger.
_ROUNDS = (
    (TEACHING, LARGE, TEACHING, TEACHING, LARGE, TEACHING, LARGE),
    (SPECIALIST, MENTAL, MEDIUM, SMALL, COMMUNITY, AMBULANCE, CARE),
    (MENTAL, COMMUNITY, MENTAL, MENTAL, MENTAL, MENTAL, SMALL),
    (AMBULANCE, SMALL, COMMUNITY, AMBULANCE, MEDIUM, SPECIALIST, COMMUNITY),
    (MULTI, MEDIUM, MEDIUM, MULTI, SMALL, MEDIUM, MULTI),
    (MEDIUM, SMALL, SMALL, SPECIALIST, SMALL, SMALL, MEDIUM),
)
#: Mental health trusts that carry a T code, by region: the real files have such codes too.
_T_CODES = (0, 3, 5)

#: Positions in the register. The small trust of the Midlands joins the region's largest.
SUCCESSOR, PREDECESSOR = 3, 10
#: The community trust of the South West is so small that its ethnic minority respondents are suppressed.
SMALLEST = 15
#: The sizes that a register can have: every kind and the merger; the unused codes and the invented names.
FEWEST, LARGEST = 14, 300

_FIRST = (
    *("Larken", "Quiller", "Pebbler", "Mistle", "Tangler", "Brambler", "Gossamer", "Otterly", "Fennim", "Wrenly"),
    *("Thistle", "Amberl", "Copper", "Juniper", "Lantern", "Marrow", "Nettle", "Russet", "Saffron", "Umber"),
    *("Velvet", "Willow", "Yarrow", "Halcyon"),
)
_LAST = (
    *("mouth", "haven", "wick", "bury", "combe", "dale", "ford"),
    *("marsh", "mere", "stead", "thorpe", "vale", "holt", "ness"),
)
_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # the service uses neither I nor O


@dataclass(frozen=True, slots=True)
class Trust:
    """A fictional trust: its place in the register and everything about it that does not change."""

    position: int
    code: str
    name: str
    place: str
    region: Region
    region_number: int
    icb: Icb
    kind: Kind
    foundation: bool
    staff: int

    @property
    def patients(self) -> bool:
        """Whether it has inpatients who answer the Friends and Family Test."""
        return self.kind.key in ("acute", "specialist")


def _codes(count: int) -> list[str]:
    prefixes = ("RZ", "RU", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9")
    return [f"{prefix}{letter}" for prefix in prefixes for letter in _LETTERS][:count]


def register(count: int) -> tuple[Trust, ...]:
    """Return the first ``count`` fictional trusts, spread evenly over the regions.

    Raises
    ------
    ValueError
        If there are not that many.
    """
    if not FEWEST <= count <= LARGEST:
        raise ValueError(f"{count} trusts: the register has {FEWEST} to {LARGEST}")
    codes = iter(_codes(count))
    t_codes = (f"TZ{letter}" for letter in _LETTERS)
    trusts = []
    for position in range(count):
        row, number = divmod(position, len(REGIONS))
        kind = _ROUNDS[row % len(_ROUNDS)][number]
        place = _FIRST[position % 24] + _LAST[(5 * position + position // 24) % 14]
        low, high = kind.size
        # Steps of the golden ratio spread the sizes evenly over their range without randomness.
        staff = low + (high - low) * ((position * 0.618034 + 0.3) % 1.0)
        foundation = position % 3 != 1
        trusts.append(
            Trust(
                position=position,
                code=next(t_codes) if kind is MENTAL and number in _T_CODES and position < 42 else next(codes),
                name=f"{place} {kind.title} NHS {'Foundation Trust' if foundation else 'Trust'}",
                place=place,
                region=REGIONS[number],
                region_number=number,
                icb=ICBS[number][row % 2],
                kind=kind,
                foundation=foundation,
                staff=600 if position == SMALLEST else int(round(staff, -1)),
            )
        )
    return tuple(trusts)
