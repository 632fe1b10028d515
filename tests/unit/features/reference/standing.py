"""The register, official facts in force, related parties."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from expectations.vocabulary.moment import add_months
from tests.unit.features.reference.knowledge import Knowledge, Row, Told, ratio, total

LIFE = {"minor": 3, "general": 12, "serious": 36}


class Standing:
    """What registers tell of one enterprise."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        self.circles = self._circles()

    def features(self, uscc: str) -> Told:
        """Features as of D."""
        return {**self._registration(uscc), **self._facts(uscc), **self._related(uscc)}

    def versions(self, uscc: str) -> list[Row]:
        """Versions of the registration, the one that holds on D last."""
        rows = self.known.named("enterprise", uscc=uscc)
        return sorted(rows, key=lambda row: row["valid_from"])

    def _registration(self, uscc: str) -> Told:
        versions = self.versions(uscc)
        if not versions:
            names = ("enterprise_age_days", "registered_capital", "paid_in_share", "employees_insured",
                     "registration_changes_365d")  # fmt: skip
            return dict.fromkeys(names)
        last = versions[-1]
        changes = 0
        for before, after in pairwise(versions):
            differs = any(
                before[name] is not None and after[name] is not None and before[name] != after[name]
                for name in ("legal_rep_token", "address_token", "business_scope")
            )
            changes += differs and self.known.within(after["valid_from"], 365)
        capital = last["registered_capital_cny"]
        paid = last["paid_in_capital_cny"]
        return {
            "enterprise_age_days": (self.known.today - last["established_on"]).days,
            "registered_capital": None if capital is None else float(capital),
            "paid_in_share": None if capital is None or paid is None else ratio(Decimal(paid), Decimal(capital)),
            "employees_insured": last["employees_insured"],
            "registration_changes_365d": changes,
        }

    def penalties(self, uscc: str) -> list[Row]:
        """Penalties in force on D."""
        found = []
        for row in self.known.named("penalty", uscc=uscc):
            start = row["published_on"] or row["decided_on"]
            lasts = start <= self.known.today < add_months(start, LIFE[row["severity"]])
            if lasts and row["repaired_on"] is None and row["revoked_on"] is None:
                found.append(row)
        return found

    def _facts(self, uscc: str) -> Told:
        penalties = self.penalties(uscc)
        listed = [
            row
            for row in self.known.named("court_listing", uscc=uscc, subject="enterprise")
            if row["published_on"] <= self.known.today and row["removed_on"] is None
            and (row["expires_on"] or add_months(row["published_on"], 24)) > self.known.today
        ]  # fmt: skip
        abnormal = [row for row in self.known.named("abnormal_listing", uscc=uscc) if row["removed_on"] is None]
        counts = {
            f"{severity}_penalties_in_force": float(len([row for row in penalties if row["severity"] == severity]))
            for severity in LIFE
        }
        return {
            **counts,
            "unfulfilled_penalties": len([row for row in penalties if row["fulfilled_on"] is None]),
            "fines_in_force": total(penalties, "fine_cny") + total(penalties, "confiscated_cny"),
            "court_listings_in_force": len(listed),
            "abnormal_listings_in_force": len(abnormal),
        }

    def _circles(self) -> list[set[str]]:
        """Enterprises that share a token, merged until no two circles overlap."""
        incubators = {
            row["code"]
            for row in self.known.named("reference_code", list="incubator_address")
            if row["valid_from"] <= self.known.today and (row["valid_to"] or self.known.today) >= self.known.today
        }
        holders: dict[tuple[str, str], set[str]] = defaultdict(set)
        for uscc in {row["uscc"] for row in self.known.rows["enterprise"]}:
            last = self.versions(uscc)[-1]
            for kind in ("legal_rep_token", "phone_token", "address_token"):
                if last[kind] is not None and not (kind == "address_token" and last[kind] in incubators):
                    holders[kind, last[kind]].add(uscc)
        for row in self.known.rows["forex"]:
            if row["account_token"] is not None and self.known.within(row["event_day"], 365):
                holders["account", row["account_token"]].add(row["uscc"])
        circles: list[set[str]] = []
        for held in holders.values():
            touching = [circle for circle in circles if circle & held]
            circles = [circle for circle in circles if not circle & held] + [held.union(*touching)]
        return [circle for circle in circles if len(circle) > 1]

    def _related(self, uscc: str) -> Told:
        circle = next((circle for circle in self.circles if uscc in circle), None)
        if circle is None:
            return {"related_parties": 0, "new_related_share": None, "related_penalties_in_force": 0}
        year_ago = self.known.today - timedelta(days=365)
        new = [one for one in circle if self.versions(one) and self.versions(one)[-1]["established_on"] > year_ago]
        grave = [row for one in circle - {uscc} for row in self.penalties(one) if row["severity"] != "minor"]
        return {
            "related_parties": len(circle) - 1,
            "new_related_share": len(new) / len(circle),
            "related_penalties_in_force": len(grave),
        }
