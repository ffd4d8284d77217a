# ruff: noqa: E501  (a table: one row a line)
"""Every code a finding may carry, with the parameters its sentence needs.

A reason is data: ``(code, params, records)``. Words are made where it is shown, in French, Arabic and English, from
this table; a test keeps table, documentation and catalogues equal. Codes are never renamed, only added.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import JsonValue

from analysis.findings import Reason

Group = Literal[
    "support", "typology", "membership", "role", "money", "cut", "counter", "status", "fragility", "change", "alert",
    "succession",
]  # fmt: skip

CITED: Final = 25
"""Most records one reason cites; the count stands in its parameters, the rest in the evidence."""


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """One code: what it says (``meaning``) and the parameters that fill it in."""

    code: str
    group: Group
    params: tuple[str, ...]
    meaning: str


# fmt: off
def _rows() -> Iterable[ReasonCode]:
    def group(name: Group, *rows: tuple[str, str, str]) -> Iterable[ReasonCode]:
        for code, params, meaning in rows:
            yield ReasonCode(code, name, tuple(params.split()), meaning)

    yield from group(
        "support",
        ("independent_reports", "n identified anonymous copies", "n independent reports name its members; copies of one text count once."),
        ("anonymous_capped", "n weight", "n anonymous reports weigh no more than ``weight`` together."),
        ("coercion_reported", "n share", "n independent reports, this share of those that say what happened, speak of blackmail or threats."),
        ("coercion_repeat_payment", "payers", "A demand was stated and ``payers`` payers paid again within days."),
        ("coercion_callback", "callbacks reports", "Missed calls draw call-backs that are kept on the line, and reports name the line."),
        ("custodians", "types", "The indications come from records of these kinds of custodian."),
        ("shared_payers", "n", "n payers paid more than one of its payees."),
        ("shared_script", "uid reports", "Reports of the ring tell one text, in whatever spelling: a script that is not public."),
        ("silent_payers", "n", "n payers paid its payees and have not reported: offer help first."),
    )
    yield from group(
        "typology",
        ("t01_funnel", "payee payers countries days", "T01: this payee received from many payers of several countries within ``days``."),
        ("t02_pass_through", "via to cycles share hours", "T02: ``via`` passed on this share of what it received to ``to``, soon after, in several cycles."),
        ("t03_payment_burst", "payee payers hours", "T03: payers who paid this payee again within hours, round amounts, then stopped."),
        ("t04_shared_identifier", "uid reports", "T04: independent reports name the same identifier."),
        ("t05_account_farm", "key accounts", "T05: accounts hang on one device or recovery address."),
        ("t06_reused_lure", "uid accounts reports", "T06: one picture or text stands behind this many profiles; who is pictured may be a victim."),
        ("t07_script_sequence", "steps reports", "T07: contact, demand and payment follow each other in the told order."),
        ("t08_corridor_shift", "country payers share days", "T08: after ``days`` of intake without this country, this share comes from it. Weighs nothing: it orders what is corroborated already."),
        ("t09_facade_page", "page targets statements payments removals", "T09: targets of this page's posts were asked or paid soon after, and posts went; ``statements`` victims say so."),
        ("t10_coordinated", "uid accounts uids posts minutes p", "T10: these accounts passed on the same posts within minutes of each other, more than chance explains (``p``); who is behind them is to be asked, they are no members."),
        ("t11_ping_burst", "line called answered_share ring_s", "T11: this line let many numbers ring once, hardly any answered."),
        ("t12_callback_drain", "line callbacks callers mean_s", "T12: many called back and were kept on the line, or the line is diverted."),
        ("t13_call_centre", "uid staff managers calls share", "T13: diverted calls are answered where so many work, in a centre that nobody calls authorised; employees may know nothing."),
        ("t14_cash_out", "outlet payees share", "T14: pay-outs of several of its payees concentrate at this outlet: ask the agency for data, do not accuse it."),
        ("t15_re_emergence", "ring shared", "T15: reports go on after an intervention (``ring`` when it had a number); ``shared`` members were seized or known."),
        ("t16_minor_tip", "report hours", "T16: a report about a child; only in the queue of the minors' unit, never a reason of a ring."),
    )
    yield from group(
        "membership",
        ("member_named", "reports", "Named as suspect by this many independent reports."),
        ("member_payee", "reports payers", "Named as payee by reports, or received a payment that a report cites."),
        ("member_contract", "uid", "Subscriber contract or stated use, in force at the time, with this member."),
        ("member_holds", "uid", "Holds, or is held by, this member."),
        ("member_device", "uid", "Used in the same device or with the same card as this member, at the same time."),
        ("member_recovery", "uid", "Recovery address of, or co-administrator with, this member."),
        ("member_same_connection", "uid", "Seen at one address and port with another within an hour: one connection."),
        ("member_same_account", "uid", "The same account under another name: its handle, or the number it goes by."),
        ("member_seized", "uid", "Listed with this member in one seizure record."),
        ("member_searched", "uid", "Found in the same search as this member, in another item of it."),
        ("member_accused", "uid", "Accused in the same case as this member."),
        ("member_series", "uid", "Number of the same block as this member, with the same pattern of calls."),
        ("member_passed_on", "uid cycles share", "Received on most of what this member took in, soon after, again and again."),
        ("member_diverted", "uid", "Calls to this member were diverted to it."),
        ("member_regular_caller", "members calls share", "Talks regularly with several members, and mostly with them."),
        ("member_caller_seen", "members calls", "Talks regularly with members; its own calls are not in the evidence."),
        ("member_staff", "uid lines", "Talks mostly with this line of a call-back drain, as so many other lines do."),
        ("member_listed", "uid", "On a list of staff found in a search, with this member."),
        ("member_sums", "uid", "One who collects hands sums over to one whom hardly anybody else pays: this one, or from this one."),
        ("member_collected", "uid", "One of those paid by several of the members, and by few others: paid by, or paying, this one."),
        ("member_co_paid", "uid payers", "Paid by several of the payers who paid this member."),
        ("associate_calls", "associate uid calls", "Weaker tie: calls with members; not enough for membership."),
        ("associate_received", "associate uid", "Weaker tie: money from this member; may be a relative or a trader."),
        ("associate_holder", "associate uid", "This line is registered in their name; nothing else is known of them: papers are lent, sold and forged."),
        ("associate_shared", "associate uid", "Weaker tie: shared a device or line with this member at another time."),
        ("associate_mule_victim", "associate payments", "Paid the ring before receiving for it: perhaps a victim used as a mule."),
    )
    yield from group(
        "role",
        ("role_leader_named", "asking paid reports", "Joins those who ask and those who are paid, and reports name its lines."),
        ("role_leader_command", "calls hands share", "A line for nothing but calls with a few of the ring."),
        ("role_leader_joins", "asking paid", "Joins those who ask and those who are paid, and is hardly reported."),
        ("role_leader_sums", "hands", "Gets sums from this many hands of the ring that collect, well above what comes in to these, and hardly any money from others."),
        ("role_leader_gathers", "hands", "Is paid again and again by this many hands of the ring, and by few others."),
        ("role_leader_collects", "payees share", "The money of several payees is passed on to this person."),
        ("role_leader_few", "hands", "Only so few hands are seen; bare lines apart, this one is reported least."),
        ("role_leader_admin", "uid", "Administers the page or account that asks."),
        ("role_operator_demands", "reports", "The contact named in the demands."),
        ("role_mule_receives", "payers transfers", "Receives payments of several payers."),
        ("role_cashier_collects", "uid", "Collects from payees or at outlets without contact with payers."),
        ("role_page_admin", "uid", "Administers this page."),
        ("role_manager", "lines", "So many lines of a call-back drain talk mostly with this one."),
        ("role_employee", "uid", "Works for this member of a call-back drain, perhaps without knowing what for."),
        ("role_device", "lines", "Device or card that carried lines of the ring."),
        ("role_persona", "uid", "Profile shown to targets; the person pictured may be a victim too."),
        ("role_diverted_line", "uid", "Line to which calls are diverted, or that is shown to those called."),
        ("role_holder", "uid role", "Holds this member; the hypothesis follows the line, not the person's own acts."),
        ("role_mule_victim", "payments", "Paid the ring before receiving for it: perhaps a victim used as a mule."),
        ("role_acquitted", "", "A court acquitted this person: no part in the ring is supposed."),
        ("role_unclear", "", "Nothing in the evidence says what this member does."),
    )
    yield from group(
        "money",
        ("money_total", "currency total transfers", "Sum of payments to its members from outside, each payment once."),
        ("money_told_only", "currency total transfers", "Part of it is known from reports only."),
        ("money_call_backs", "currency total calls", "Charged to those who called its lines back, as call records state; the loss of subscribers."),
        ("money_settlement", "currency total minutes rate", "Estimate of what operators owe abroad for these minutes at ``rate`` a minute; a loss of its own."),
    )
    yield from group(
        "cut",
        ("cut_public_identifier", "reports partners recurring", "Public number or account: named with many identifiers, few of which recur with it. Shown, joins nobody."),
        ("cut_public_text", "reports subjects categories", "Text that reports about many unrelated things tell: a warning, an advertisement, something that went round. Joins nobody."),
        ("cut_kind", "kind", "Its kind says that it is public or shared (hot-line, media, business line)."),
        ("cut_public_machine", "groups", "Profiles of n groups, each with reports of its own, were used on it, and nothing else joins them."),
        ("cut_lent_papers", "groups", "Lines of n groups, each with reports of its own, are in its name, and nothing else joins them."),
        ("cut_help_line", "callers", "Reporters call this line and it calls none of them: a help line, a journalist, a lawyer."),
        ("cut_reseller", "lines", "Holder of many lines at a time: a reseller or a firm."),
        ("cut_shared_device", "lines", "Device of many unrelated lines or accounts: cyber-cafe, shop, repair."),
        ("cut_shared_address", "uids", "Address shared by many accounts (CGNAT)."),
        ("cut_shared_instrument", "phones", "Account or wallet hung on many lines."),
        ("cut_long_list", "identifiers", "Report that lists many identifiers: a copied list joins nothing."),
        ("cut_shared_payee", "rings", "Payee that serves several rings, each with its own reports: shown with each, joins none."),
        ("cut_named_once", "", "One report alone names it and its own records tie it to nobody here: perhaps a mistake. Not suspected."),
        ("cut_many_rings", "rings", "Tied to several rings: joins none of them."),
    )
    yield from group(
        "counter",
        ("counter_acquittal", "uid", "A court acquitted this person."),
        ("counter_dismissed", "by reason", "A person dismissed this ring."),
        ("counter_reassigned", "uid at", "The number changed holder: older facts belong to somebody else."),
        ("counter_spoofed", "uid", "The number may be forged: its holder may know nothing of it."),
        ("counter_relative", "uid", "The receiver may be a relative of the sender."),
        ("counter_other_crime", "share", "This share of the reports speaks of fraud or other matters, not of blackmail or threats."),
        ("counter_anonymous_only", "n", "Only anonymous reports name it."),
        ("counter_copied_reports", "n", "n reports are copies of others: perhaps a campaign against somebody."),
        ("counter_flash_call", "line", "One-ring calls without call-backs: may be a verification service."),
        ("counter_one_reporter", "", "All reports come from one reporter."),
        ("counter_public_page", "uid", "Publishing and criticising are not indications."),
    )
    yield from group(
        "status",
        ("status_lead", "typologies custodians", "Typologies resting on different records of several custodians, with a sign of coercion."),
        ("status_corroborate", "custodians", "Several independent indications; what is missing for a lead is said beside it."),
        ("status_watch", "", "Too little to act on: keep an eye on it."),
        ("needs_second_custodian", "have ask uids", "Records of a second custodian would decide: ``ask`` names the requisition, ``uids`` what it is about."),
        ("needs_second_typology", "have", "One more pattern resting on other records would be needed."),
        ("needs_coercion_sign", "share", "No sign of blackmail, threat or repeated demand: perhaps another offence."),
        ("needs_second_hand", "n", "Only one hand is seen: n more independent reports, or another hand, would be needed."),
        ("needs_second_report", "n", "Another independent report would be needed."),
        ("needs_accountable_report", "have n", "Too few reporters said who they are or cite a confirmed payment."),
        ("status_confirmed", "by reason", "A person confirmed this ring."),
        ("status_dismissed", "by reason", "A person dismissed this ring."),
    )
    yield from group(
        "fragility",
        ("critical_link", "src dst score without", "Without this link the score falls from ``score`` to ``without``."),
        ("minimal_evidence", "n", "These n records alone keep the status."),
    )
    yield from group(
        "change",
        ("change_born", "members", "New ring."),
        ("change_grown", "before after", "Grown by at least 30 % and three members."),
        ("change_merged", "rings", "Rings that were apart are one now."),
        ("change_split", "ring", "Part of a ring that was one."),
        ("change_died", "members", "No longer found in the evidence."),
        ("change_re_emerged", "ring shared", "Shares members with a ring that had ended."),
    )
    yield from group(
        "alert",
        ("alert_born", "status members", "A new ring was found."),
        ("alert_grown", "added members", "A known ring grew."),
        ("alert_merged", "rings", "Known rings joined."),
        ("alert_split", "ring", "A known ring came apart."),
        ("alert_re_emerged", "ring shared", "A ring that had ended is back."),
        ("alert_status", "before after", "The status of a known ring rose."),
        ("alert_victims", "n silent", "Payers have not reported: welfare contact before anything else."),
    )
    yield from group(
        "succession",
        ("succession_contacts", "old new shared", "The new line talks to the contacts of the old one."),
        ("succession_device", "old new", "The new line appeared in the device of the old one."),
        ("succession_gap", "hours overlap", "Hours between the end of the old line and the start of the new one."),
        ("succession_runner_up", "old new score", "Another line that may have taken over from the old one, with its score."),
    )
# fmt: on


REASONS: Final[dict[str, ReasonCode]] = {row.code: row for row in _rows()}
"""All codes by name."""

REQUISITIONS: Final[tuple[str, ...]] = (
    "remittance_records", "wallet_records", "bank_statement", "subscriber_and_call_records", "platform_return",
    "report_follow_up",
)  # fmt: skip
"""What ``needs_second_custodian`` may ask for."""


def reason(code: str, records: Iterable[str] = (), **params: JsonValue) -> Reason:
    """A reason of a registered code.

    Raises:
        KeyError: the code is not registered, or the parameters are not exactly those of its row.
    """
    row = REASONS[code]
    if set(params) != set(row.params):
        raise KeyError(f"reason {code} takes {row.params}, not {tuple(params)}")
    return Reason(code=code, params={name: params[name] for name in row.params}, records=tuple(records)[:CITED])
