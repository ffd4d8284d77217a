"""All typologies, in order of their number."""

from __future__ import annotations

from typing import Final

from analysis.typologies import (
    t01_funnel,
    t02_pass,
    t03_burst,
    t04_shared,
    t05_farm,
    t06_lure,
    t07_script,
    t08_corridor,
    t09_facade,
    t10_coordinated,
    t11_ping,
    t12_callback,
    t13_centre,
    t14_outlet,
    t15_return,
    t16_minor,
)  # fmt: skip
from analysis.typologies.base import Typology

TYPOLOGIES: Final[tuple[Typology, ...]] = (
    Typology(
        "T01", "Many payers, one payee", "t01_funnel",
        ("t01_payers", "t01_countries", "t01_payers_unreported", "t01_countries_unreported", "t01_days"),
        "domain model T01; press on a crew of three with twelve victims (R7)",
        ("families with several migrants", "collections at feasts", "online sellers", "landlords", "associations"),
        t01_funnel.detect, 0.8,
    ),
    Typology(
        "T02", "Intake passed on soon", "t02_pass_through",
        ("pass_on_hours", "pass_on_share", "pass_on_split", "pass_on_cycles"),
        "domain model T02; FATF 2023 (R31), R32, R33",
        ("salaries spent at once", "merchants", "family treasurers", "tontine organisers"),
        t02_pass.detect, 1.0,
    ),
    Typology(
        "T03", "Payer pays again within days", "t03_payment_burst", ("t03_hours", "t03_first_mad", "t03_total_mad"),
        "domain model T03; FinCEN 2021, FATF 2025 (R28, R30)",
        ("deposits for housing", "medical urgency", "betting", "purchases in parts"),
        t03_burst.detect, 1.6,
    ),
    Typology(
        "T04", "One identifier in independent reports", "t04_shared_identifier",
        ("t04_days", "t04_reports", "t04_reports_payee"), "domain model T04",
        ("own identifier in the wrong field", "forged numbers", "reused SIM numbers", "copied lists", "campaigns"),
        t04_shared.detect, 1.2,
    ),
    Typology(
        "T05", "Many accounts on one key", "t05_account_farm", ("t05_accounts",), "domain model T05; R11, R35",
        ("families", "cyber-cafes", "repair shops", "agencies", "second-hand phones"),
        t05_farm.detect, 0.6,
    ),
    Typology(
        "T06", "One lure, several profiles", t06_lure.CODE,
        ("t06_accounts", "t06_reports", "t06_bits", "t06_public"), "domain model T06; R6, R9, R35",
        ("stolen pictures of a real woman", "celebrities", "memes", "copied police warnings", "victims who quote"),
        t06_lure.detect, 0.6,
    ),
    Typology(
        "T07", "Steps of the script in order", "t07_script_sequence", (), "domain model T07; R9, R37",
        ("ordinary dating", "interviews", "sellers"),
        t07_script.detect, 1.0,
    ),
    Typology(
        "T08", "Payers from a country that is new to it", t08_corridor.CODE, ("t08_days", "t08_share", "t08_payers"),
        "domain model T08; S1, R7, R9, R11, R12; geography weighs nothing (S11)",
        ("migrant regions", "a relative who moved", "tourist season"),
        t08_corridor.detect, 0.0,
    ),
    Typology(
        "T09", "Posts, then a demand, then silence", t09_facade.CODE,
        ("t09_targets", "t09_contact_days", "t09_pay_days", "t09_removal_days", "t09_report_days", "t09_p"),
        "domain model T09; the Bouskoura case (S0, R15), R16, R17; brake S12",
        ("journalism and whistle-blowing", "political campaigns", "paid advertising", "right of reply", "settlements"),
        t09_facade.detect, 1.6,
    ),
    Typology(
        "T10", "Pages that move together", t10_coordinated.CODE,
        ("t10_accounts", "t10_minutes", "t10_times", "t10_days", "t10_p", "t10_automatic_s", "t10_viral"),
        "domain model T10; co-sharing similarity networks against a null model",
        ("news desks", "fan groups", "pages of town halls", "automatic cross-posting"),
        t10_coordinated.detect, 0.4,
    ),
    Typology(
        "T11", "Bursts of one-ring calls", "t11_ping_burst", ("t11_called", "t11_answered", "t11_ring_s"),
        "domain model T11; literature on call-back fraud (R39-R45)",
        ("verification by missed call", "robocall surveys", "failed diallers", "hospital recalls"),
        t11_ping.detect, 0.8,
    ),
    Typology(
        "T12", "Call-backs kept on the line", "t12_callback_drain",
        ("t12_hours", "t12_callers", "t12_share", "t12_mean_s"),
        "domain model T12; R41-R44", ("real missed calls from abroad", "help-lines"),
        t12_callback.detect, 2.0,
    ),
    Typology(
        "T13", "Call centre without authorisation", t13_centre.CODE,
        ("t13_staff", "t13_share", "t13_calls", "t13_days"),
        "domain model T13; S3 (94 and 6 in five centres), R20, R36",
        ("legal outsourcing centres", "co-working", "schools", "employees who know nothing"),
        t13_centre.detect, 1.0,
    ),
    Typology(
        "T14", "Pay-outs at one outlet", "t14_cash_out", ("t14_payees", "t14_share", "t14_lift", "t14_surprise"),
        "domain model T14; R7, R8, R10", ("the only agency of a village", "agencies near a station"),
        t14_outlet.detect, 0.4,
    ),
    Typology(
        "T15", "Going on after an intervention", "t15_re_emergence", ("t15_days",), "domain model T15; R35",
        ("recycled numbers", "victims' new contact", "journalists quoting"),
        t15_return.detect, 1.0,
    ),
    Typology(
        "T16", "A child, across a border", t16_minor.CODE, ("t16_hours", "t16_calling_codes", "t16_countries"),
        "domain model T16; S4, R24, R25, R60; queue of the minors' unit only (law 4)",
        ("addresses of proxies", "accounts taken over", "third-party users"),
        t16_minor.detect, 0.0,
    ),
)  # fmt: skip
"""The registry: ``halqa typologies`` prints it, documentation is tested against it."""
