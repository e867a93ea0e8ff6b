"""The questions and options of the Staff Survey's detailed spreadsheets, as the 2024 edition prints them."""

from __future__ import annotations

__all__ = ["BACKGROUND", "BASE", "ETHNIC_GROUPS", "HEALTH_1", "HEALTH_2", "ID_COLUMNS", "THEMES", "Question"]

#: Question text -> its options; a base column follows the options of each.
Question = tuple[str, tuple[str, ...]]

ID_COLUMNS = ("ODS code", "Organisation name", "Benchmarking group", "Region", "ICS", "Weighting")
BASE = "Base (number of responses)"

_HOW_OFTEN = ("% Never", "% 1 to 2", "% 3 to 5", "% 6 to 10", "% More than 10")
_REPORTED = (
    "% Yes, I reported it",
    "% Yes, a colleague reported it",
    "% No",
    "% Don't know",
    "% Both a colleague and I reported it",
    "% Not applicable",
)
_PUBLIC = "patients / service users, their relatives or other members of the public?"
_VIOLENCE = "In the last 12 months how many times have you personally experienced physical violence at work from"
_ABUSE = (
    "In the last 12 months how many times have you personally experienced harassment, bullying or abuse at work from"
)

HEALTH_1: tuple[Question, ...] = (
    (f"Q13a - {_VIOLENCE} {_PUBLIC}", _HOW_OFTEN),
    (f"Q13b - {_VIOLENCE} managers?", _HOW_OFTEN),
    (f"Q13c - {_VIOLENCE} other colleagues?", _HOW_OFTEN),
    ("Q13d - The last time you experienced physical violence at work, did you or a colleague report it?", _REPORTED),
    (f"Q14a - {_ABUSE} {_PUBLIC}", _HOW_OFTEN),
    (f"Q14b - {_ABUSE} managers?", _HOW_OFTEN),
    (f"Q14c - {_ABUSE} other colleagues?", _HOW_OFTEN),
    (
        "Q14d - The last time you experienced harassment, bullying or abuse at work, did you or a colleague report it?",
        _REPORTED,
    ),
)

_DISCRIMINATION = "In the last 12 months have you personally experienced discrimination at work from"
_UNWANTED = (
    "In the last 12 months, how many times have you been the target of unwanted behaviour of a sexual nature in the "
    "workplace? This may include offensive or inappropriate sexualised conversation (including jokes), touching or "
    "assault. From"
)
HEALTH_2: tuple[Question, ...] = (
    (
        "Q15 - Does your organisation act fairly with regard to career progression / promotion, regardless of ethnic "
        "background, gender, religion, sexual orientation, disability or age?",
        ("% Yes", "% No", "% Don't know"),
    ),
    (f"Q16a - {_DISCRIMINATION} {_PUBLIC}", ("% Yes", "% No")),
    (f"Q16b - {_DISCRIMINATION} manager / team leader or other colleagues?", ("% Yes", "% No")),
    *(
        (f"Q16c_{number} - {ground}", (f"% {ground}",))
        for number, ground in enumerate(
            ("Ethnic background", "Gender", "Religion", "Sexual orientation", "Disability", "Age", "Other"), start=1
        )
    ),
    (f"Q17a - {_UNWANTED} {_PUBLIC.removesuffix('?')}", _HOW_OFTEN),
    (f"Q17b - {_UNWANTED} staff / colleagues", _HOW_OFTEN),
)

_MIXED = "% Mixed/Multiple ethnic background - "
_ASIAN = "% Asian/Asian British - "
_BLACK = "% Black/African/Caribbean/Black British - "
#: (heading, share among White or among BME respondents); the first four are White.
ETHNIC_GROUPS: tuple[tuple[str, float], ...] = (
    ("% White - English / Welsh / Scottish / Northern Irish / British", 0.905),
    ("% White - Irish", 0.022),
    ("% White - Gypsy or Irish Traveller", 0.001),
    ("% White - Any other White background", 0.072),
    (f"{_MIXED}White and Black Caribbean", 0.030),
    (f"{_MIXED}White and Black African", 0.020),
    (f"{_MIXED}White and Asian", 0.030),
    (f"{_MIXED}Any other Mixed / Multiple ethnic background", 0.030),
    (f"{_ASIAN}Indian", 0.230),
    (f"{_ASIAN}Pakistani", 0.080),
    (f"{_ASIAN}Bangladeshi", 0.030),
    (f"{_ASIAN}Chinese", 0.030),
    (f"{_ASIAN}Any other Asian background", 0.170),
    (f"{_BLACK}African", 0.200),
    (f"{_BLACK}Caribbean", 0.070),
    (f"{_BLACK}Any other Black / African / Caribbean background", 0.020),
    ("% Other ethnic group - Arab", 0.020),
    ("% Other ethnic group - Any other ethnic background", 0.040),
)
BACKGROUND: tuple[Question, ...] = (
    (
        "Q27a - Gender",
        ("% Female", "% Male", "% Non-binary", "% Prefer to self-describe", "% Prefer not to say"),
    ),
    (
        "Q27b - Is your gender identity the same as the sex you were registered at birth?",
        ("% Yes", "% No", "% Prefer not to say"),
    ),
    ("Q27c - Age", ("% 16-20", "% 21-30", "% 31-40", "% 41-50", "% 51-65", "% 66+")),
    ("Q28 - What is your ethnic group?", tuple(name for name, _ in ETHNIC_GROUPS)),
    (
        "Q29 - Sexual orientation",
        ("% Heterosexual or Straight", "% Gay or Lesbian", "% Bisexual", "% Other", "% I would prefer not to say"),
    ),
    (
        "Q30 - What is your religion? Are you...",
        (
            *("% No religion", "% Christian", "% Buddhist", "% Hindu", "% Jewish", "% Muslim", "% Sikh"),
            *("% Any other religion", "% I would prefer not to say"),
        ),
    ),
)

#: (title in row 1, heading in row 5)
THEMES: tuple[tuple[str, str], ...] = (
    ("Staff Engagement - Staff engagement", "Staff Engagement - score"),
    ("E_1 - Motivation", "E_1 - score"),
    ("E_2 - Involvement", "E_2 - score"),
    ("E_3 - Advocacy", "E_3 - score"),
    ("Morale - Morale", "Morale - score"),
    ("M_1 - Thinking about leaving", "M_1 - score"),
    ("M_2 - Work pressure", "M_2 - score"),
    ("M_3 - Stressors", "M_3 - score"),
)
