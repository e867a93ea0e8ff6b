"""Where staff of two groups stand on the pay bands, and the board beside the workforce: tables and sentences."""

from __future__ import annotations

import pandas as pd

from wres_analysis.charts.tables import Table, table
from wres_analysis.narrative.claims import Claim, note
from wres_analysis.narrative.telling import Block, Prose, Telling, paragraph, tell
from wres_analysis.narrative.wording import GAP, interval, lower_first, percent, place, points, times, trusts
from wres_analysis.profiles.frames import records
from wres_analysis.profiles.trust import TrustProfile
from wres_analysis.standards import Standard, load_standard

__all__ = ["TrustLadder"]


class TrustLadder:
    """Words and tables on the pay bands and the board of one trust.

    Parameters
    ----------
    profile
        The trust's result frames.
    standard
        The shipped one if None.
    """

    def __init__(self, profile: TrustProfile, standard: Standard | None = None) -> None:
        self.profile = profile
        self.standard = standard or load_standard()
        self.reference = self.standard.groups[self.standard.reference_group]
        self.comparison = self.standard.groups[self.standard.comparison_group]

    # The pay bands ----------------------------------------------------------------------------------------------

    def ladder_table(self) -> Table | None:
        """The disparity ratio of each pair of steps, the trust beside others; None where it has none."""
        frame = self.profile.ladder
        mine = frame[(frame["subject"] == "trust") & (frame["status"] == "observed")]
        if not len(mine):
            return None
        pairs = set(zip(mine["staff_group"], mine["lower"], mine["higher"], strict=True))
        rows = [
            {
                "Steps and place": f"{_steps(row)}, {row['subject_name']}",
                "Trusts": int(row["n_trusts"]),
                f"{self.reference.label}, higher": row["reference_higher"],
                f"{self.reference.label}, lower": row["reference_lower"],
                f"{self.comparison.label}, higher": row["comparison_higher"],
                f"{self.comparison.label}, lower": row["comparison_lower"],
                "Ratio": row["ratio"],
                "95% interval": interval(row["low"], row["high"], ".2f", parity=1.0),
                "Ratio inside trusts": row["within"],
                "Its 95% interval": interval(row["within_low"], row["within_high"], ".2f", parity=1.0),
            }
            for row in records(frame)
            if row["status"] == "observed" and (row["staff_group"], row["lower"], row["higher"]) in pairs
        ]
        made = pd.DataFrame(rows)
        return table(
            made, caption=f"Disparity ratio by step of the pay bands, 31 March {self.profile.year}",
            formats={name: ",.0f" for name in made.columns if name.endswith(("higher", "lower"))}
            | {"Ratio": ".2f", "Ratio inside trusts": ".2f"},
            missing="one trust",
            notes=(
                f"{self.reference.label} staff in the higher step for each in the lower, over the same of "
                f"{self.comparison.label} staff: above 1 is worse for {self.comparison.prose}.",
                "Inside trusts: the groups are compared in each trust, and the trusts put together.",
                "Staff of one day are taken as one draw of what the same practice could give.",
            ), name="disparity-ratio", folded=True,
        )  # fmt: skip

    def ladder_sentences(self) -> Prose:
        """A sentence for each pair of steps; why there is none where the trust has none."""
        frame = self.profile.ladder
        mine = records(frame[frame["subject"] == "trust"])
        told = [row for row in mine if row["status"] == "observed"]
        blocks: list[Block] = [Block("li", (self._say_ladder(row),)) for row in told]
        small = [row for row in mine if row["status"] == "too_small"]
        if small:
            named = "; ".join(lower_first(_steps(row)) for row in small)
            text = f"There is no ratio of {named}, because a step has too few staff of a group."
            blocks.append(paragraph(tell(self._note("ladder_small", named), text)))
        if not told and not small:
            lacking = sorted({row["reason"] for row in mine if row["status"] == "incomplete"})
            why = f": {lacking[0]}" if lacking else ""
            text = (
                f"The loaded files hold no full counts of this trust by pay band, so no disparity ratio is given{why}."
            )
            blocks.append(paragraph(tell(self._note("ladder", *lacking), text)))
        return Prose(tuple(blocks))

    def _note(self, topic: str, *phrases: str) -> Claim:
        return note(topic, subject=self.profile.code, wres_year=self.profile.year, phrases=phrases)

    def _beside(self, row: dict[str, object]) -> tuple[dict[str, object], ...]:
        frame = self.profile.ladder
        same = (frame[["staff_group", "lower", "higher"]] == [row[k] for k in ("staff_group", "lower", "higher")]).all(
            axis=1
        )
        other = frame[
            same & (frame["subject"] == "england") & (frame["status"] == "observed") & (frame["n_trusts"] > 1)
        ]
        return tuple(
            {
                "subject": one["subject"], "name": one["subject_name"], "estimate": float(one["ratio"]),
                "low": float(one["low"]), "high": float(one["high"]), "reading": one["reading"],
                "n_trusts": int(one["n_trusts"]),
            }
            for one in records(other)
        )  # fmt: skip

    def _say_ladder(self, row: dict[str, object]) -> Telling:
        reference, comparison = self.reference, self.comparison
        group = {g.key: name for g, name in ((reference, "reference"), (comparison, "comparison"))}
        n = {
            key: round(float(str(row[f"{name}_lower"])) + float(str(row[f"{name}_higher"])))
            for key, name in group.items()
        }
        share = next(i for i in self.standard.indicators.values() if i.rungs)
        claim = Claim(
            kind="ratio", measure=f"{share.key}_{row['staff_group']}_{row['lower']}_{row['higher']}",
            subject=self.profile.code, subject_name="", wres_year=self.profile.year,
            period=f"31 March {self.profile.year}", estimate=float(str(row["ratio"])), low=float(str(row["low"])),
            high=float(str(row["high"])), reading=str(row["reading"]), n=n, method=str(row["method"]),
            beside=self._beside(row), parity=1.0, worse=1, units={"estimate": "times"},
            groups={"reference": reference.prose, "comparison": comparison.prose},
            bases={name: key for key, name in group.items()},
            phrases=(str(row["lower_label"]), str(row["higher_label"])),
        )  # fmt: skip
        assert claim.estimate is not None and claim.low is not None and claim.high is not None
        clear = claim.reading in ("worse", "better")
        verdict = f"which is {claim.reading} for {comparison.prose}" if clear else "so they do not show a difference"
        edge = 1.0 if clear else None
        said = [
            f"{_steps(row)}: the ratio is {times(claim.estimate)}; the data fit anything from {times(claim.low, edge)} "
            f"to {times(claim.high, edge)}, {verdict} ({n[reference.key]:,} {reference.prose} and "
            f"{n[comparison.key]:,} {comparison.prose})."
        ]
        said += [
            f"The ratio was {times(b['estimate'])} in {place(b)} ({times(b['low'])} to {times(b['high'])}; "
            f"{trusts(b['n_trusts'])})."
            for b in claim.beside
        ]
        return tell(claim, *said)

    # The board --------------------------------------------------------------------------------------------------

    def board_table(self) -> Table | None:
        """The two shares, of the whole board and its parts; None where the trust has none."""
        frame = self.profile.board
        if not ((frame["subject"] == "trust") & (frame["status"] == "observed")).any():
            return None
        part = frame[frame["status"] == "observed"]
        i = next(one for one in self.standard.indicators.values() if one.form == "difference")
        label = self.comparison.label
        rows = pd.DataFrame(
            {
                "Part and place": part["label"] + ", " + part["subject_name"],
                "Trusts": part["n_trusts"],
                "Seats": part["seats"],
                f"{label} members": part["members"],
                f"{label}, % of seats": part["share"],
                f"{label}, % of the workforce": part["workforce"],
                "Difference, points": part["difference"],
            }
        )
        return table(
            rows, caption=f"{i.title} and the workforce, 31 March {self.profile.year}", missing="not in the files",
            formats={
                "Seats": ",.0f", f"{label} members": ",.0f", f"{label}, % of seats": ".1f",
                f"{label}, % of the workforce": ".1f", "Difference, points": GAP,
            },
            notes=("Full counts, not samples, so no interval is given. One person moves a small number a lot.",),
            name=f"{i.key}-parts",
        )  # fmt: skip

    def board_sentences(self) -> Prose:
        """The two shares of each part, apart; blank where the trust has none, as its indicator says."""
        frame = self.profile.board
        lines = [
            Block("li", (self._say_board(row),))
            for row in records(frame)
            if row["subject"] == "trust" and row["status"] == "observed"
        ]
        return Prose(tuple(lines))

    def _say_board(self, row: dict[str, object]) -> Telling:
        number = {name: float(str(row[name])) for name in ("members", "seats", "share", "workforce", "difference")}
        known = number["workforce"] == number["workforce"]
        units = {
            "members": "count",
            "seats": "count",
            "share": "percent",
            "workforce": "percent",
            "difference": "points",
        }
        claim = note(
            f"board_{row['part']}", subject=self.profile.code, wres_year=self.profile.year,
            values={name: (value, units[name]) for name, value in number.items() if value == value},
            period=f"31 March {self.profile.year}",
            source_cells=tuple(cell for cell in str(row["source_cells"]).split("; ") if cell),
        )  # fmt: skip
        text = (
            f"{row['label']}: {number['members']:,.0f} of {number['seats']:,.0f}, which is {percent(number['share'])}, "
            f"were {self.comparison.are}"
        )
        if not known:
            return tell(claim, f"{text}; the share of the workforce is not in the loaded files.")
        gap = number["difference"]
        side = f"{points(gap)} points {'lower' if gap < 0 else 'higher'} than" if gap else "the same as"
        return tell(claim, f"{text}. That is {side} the share of the workforce, {percent(number['workforce'])}.")


def _steps(row: dict[str, object]) -> str:
    """Two steps by name: ``Clinical staff, bands 8a and above beside bands 5 and below``."""
    return f"{row['staff_group']} staff, {row['higher_label']} beside {row['lower_label']}"
