"""Every knob of a run, with where its default comes from.

Sources: **arch** = docs/architecture (measured on noisy synthetic evidence), **dom** = docs/domain (typologies, with
the literature it cites), **def** = analyst default without a published value. Parameters are part of the run key.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Params(BaseModel):
    """Parameters of :func:`analysis.run.detect`; ``halqa detect --param name=value`` sets one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Communities
    gamma: float = Field(
        default=0.1, gt=0, le=1, description="Leiden CPM resolution, by hands; arch: .003-.02 by nodes"
    )
    light_hand: float = Field(default=0.3, gt=0, le=1, description="Weight of a thing that one report alone names; def")
    leiden_iterations: int = Field(default=8, ge=1, le=100, description="Leiden iterations per component; def")
    join_hands: int = Field(
        default=2, ge=2, description="Pairs of hands, none in two, that make two communities one crew; def, measured"
    )
    join_share: float = Field(
        default=0.34, gt=0, le=1, description="Share of the smaller community that such pairs must reach; def, measured"
    )
    join_many: int = Field(default=4, ge=2, description="Such pairs that are enough whatever the size; def, measured")
    join_density: float = Field(
        default=0.03,
        ge=0,
        le=1,
        description="Least share of all pairs between them that are tied; def, measured",
    )
    join_part: float = Field(
        default=0.4, ge=0, le=1, description="Or share of all outside ties of the smaller that go there; def, measured"
    )
    join_inside: float = Field(
        default=0.2, ge=0, description="Least weight of ties between them, per weight inside the smaller; def, measured"
    )
    join_lone: float = Field(
        default=0.8, gt=0, le=1, description="Share of a lone hand's ties that go where it goes; def, measured"
    )
    min_members: int = Field(default=2, ge=1, description="Fewest members of a ring found by links; def")
    min_reports: int = Field(default=2, ge=1, description="Independent reports that a component needs; arch section 5")
    lone_reports: int = Field(
        default=3, ge=2, description="Independent reports that show one identifier alone; dom T04"
    )

    # Connectors
    public_reports: int = Field(
        default=8, ge=3, description="Reports before an identifier can be a public one; arch: 10-30"
    )
    public_partners: int = Field(default=10, ge=3, description="Partner identifiers before one can be public; arch")
    public_recurring: float = Field(
        default=0.2, ge=0, le=1, description="Most of its partners that may recur with it; arch"
    )
    help_callers: int = Field(
        default=4,
        ge=2,
        description="Known reporters who call a line that calls none of them: a help line; def, measured",
    )
    help_share: float = Field(default=0.8, gt=0, le=1, description="Share they are of all reporters who call it; def")
    list_cap: int = Field(default=15, ge=3, description="A report naming more identifiers is a copied list; def")
    copied_things: int = Field(
        default=5, ge=3, description="Same identifiers in several reports that make them one copied list; def, measured"
    )
    copied_alike: int = Field(
        default=4, ge=3, description="Things of one kind that make a list, of which a copy may lack one; def, measured"
    )
    copied_voices: int = Field(default=3, ge=2, description="Reporters who pass on such a list; def")
    holder_cap: int = Field(
        default=9, ge=2, description="Lines held at one time before a holder is a reseller; def, measured"
    )
    customers: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Unrelated parts for each thing held from which users are customers, however many are named; def",
    )
    stated_part: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="Times a number is stated, to the one stated most, from which it is one's own; def, measured",
    )
    holder_deals: int = Field(
        default=2,
        ge=1,
        description="Payments with a ring that make more of who signed for one of its lines; def, measured",
    )
    holder_share: float = Field(
        default=0.25, gt=0, le=1, description="Share they are of all the signer's payments; def, measured"
    )
    device_cap: int = Field(default=8, ge=2, description="Lines or accounts in one device before it is shared; dom T05")
    machine_users: int = Field(
        default=2, ge=2, description="People on a machine without a card before it is no one hand's; def, measured"
    )
    session_cap: int = Field(
        default=6, ge=2, description="Lines or accounts at one address and port in an hour before it is a gateway; def"
    )
    instrument_cap: int = Field(
        default=6, ge=2, description="Lines on one wallet, account or address before it is shared; dom"
    )
    report_delay_days: int = Field(
        default=30, ge=0, description="Time in which a report may still tell of the earlier holder of a number; def"
    )
    device_gap_days: int = Field(
        default=25, ge=0, description="Idle time after which a device may have changed hands; def"
    )

    handle_gap_days: int = Field(
        default=365, ge=1, description="Time unnamed after which a handle may be somebody else's; def"
    )
    lone_hand_reports: int = Field(default=5, ge=2, description="Accountable voices for a lead of one hand; def")

    # Support
    anonymous_cap: float = Field(default=0.4, ge=0, le=1, description="Score of all anonymous reports together; dom S8")
    anonymous_weight: float = Field(default=0.1, ge=0, le=1, description="Score of one anonymous report; dom S8")
    copy_similarity: float = Field(default=0.8, gt=0, le=1, description="Similarity at which texts are copies; dom T06")

    # Scripts
    script_similarity: float = Field(
        default=0.37, gt=0, le=1, description="Folded grams two texts share (Jaccard); def, measured"
    )
    script_cohesion: float = Field(
        default=0.3, gt=0, le=1, description="Mean similarity inside a script; def, measured"
    )
    script_quoted: float = Field(
        default=0.75, gt=0, le=1, description="Share of a script that a longer report quotes; def, measured"
    )
    script_subjects: int = Field(
        default=6, ge=2, description="Unrelated subjects from which a script of mixed categories is public; def"
    )
    script_mix: float = Field(default=0.7, gt=0, le=1, description="Most of one category in a mix; def")
    script_viral: int = Field(default=25, ge=3, description="Unrelated subjects that make any script public; def")

    # Attachment of unreported members
    pass_on_hours: float = Field(default=48, gt=0, description="Time within which money is passed on; dom T02: 24 h")
    pass_on_share: float = Field(default=0.6, gt=0, le=1, description="Share of the intake passed on; dom T02: .8")
    pass_on_part: float = Field(default=0.3, gt=0, le=1, description="Share that makes an associate, not a member; def")
    pass_on_often: float = Field(
        default=0.25, ge=0, le=1, description="Least share of the intakes of the time that are passed on; def, measured"
    )
    pass_on_split: int = Field(
        default=6, ge=1, description="Times it went to each of several who together get that share; def, measured"
    )
    pass_on_cycles: int = Field(default=3, ge=1, description="Times it happened; dom T02: 3 in 14 d")
    talk_members: int = Field(default=2, ge=1, description="Hands of one component a line must talk with; arch")
    talk_hands: int = Field(
        default=3,
        ge=1,
        description="Hands of a ring that an unnamed member who only talks must talk with; def, measured",
    )
    talk_most: float = Field(
        default=0.5, ge=0, le=1, description="Share of the crew's hands with calls that they must be; def, measured"
    )
    talk_evenly: float = Field(
        default=1.6,
        ge=1,
        description="Hands it talks with, weighed by calls (inverse Simpson index): friends have one; def, measured",
    )
    talk_lines: int = Field(default=4, ge=2, description="Lines it must talk with when hands are of several; def")
    talk_calls: int = Field(default=6, ge=1, description="Calls with members; arch: a lone call is not enough")
    talk_days: int = Field(default=3, ge=1, description="Days with such calls; def")
    talk_share: float = Field(
        default=0.35, ge=0, le=1, description="Share of its calls that is with members; arch: mostly"
    )
    acquainted: float = Field(
        default=0.45,
        gt=0,
        le=1,
        description="Share of a group's hands, named and tied by talk alone, of acquaintances; def, measured",
    )
    spread_hands: int = Field(
        default=4, ge=2, description="Hands of a crew that a line for nothing else calls, each seldom; def, measured"
    )
    orders_calls: int = Field(
        default=12, ge=1, description="Calls of one who calls members and whom none of them calls; def, measured"
    )
    orders_share: float = Field(
        default=0.5, gt=0, le=1, description="Share of its calls that these are, with several hands; def, measured"
    )
    given_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="Share of its calls that are in records of its own: less, and others' calls show it; def, measured",
    )
    seen_cover: float = Field(
        default=0.6,
        gt=0,
        le=1,
        description="Share of the calls of given lines that is with given lines, from which others tell much; def",
    )
    seen_calls: int = Field(
        default=8, ge=1, description="Calls with a crew of a line that only others' calls show; def, measured"
    )
    seen_share: float = Field(
        default=0.8, gt=0, le=1, description="Share of what is seen of such a line that these are; def, measured"
    )
    circle_share: float = Field(
        default=0.55, gt=0, le=1, description="Share of its calls that a line of a closed circle has inside; def"
    )
    works_share: float = Field(
        default=0.7,
        gt=0,
        le=1,
        description="The same for whoever is in a ring for talk alone: relatives call members too; def, measured",
    )
    named_share: float = Field(
        default=0.6,
        gt=0,
        le=1,
        description="The same for whoever is said to threaten and talks with one hand of a ring; def, measured",
    )
    works_only: float = Field(
        default=0.95,
        gt=0,
        le=1,
        description="The same for a line that is for nothing else, however few it talks with; def, measured",
    )
    circle_partners: int = Field(default=2, ge=1, description="Hands inside it talks with regularly; def")
    circle_steps: int = Field(
        default=2, ge=1, le=3, description="Steps of regular talk from what reports name that are looked at; def"
    )
    circle_held: int = Field(
        default=2, ge=1, description="Hands of the component that a group of the circle talks with; def"
    )
    collect_hands: int = Field(default=2, ge=2, description="Hands of one component that pay whoever collects; def")
    collect_payments: int = Field(default=3, ge=2, description="Payments by them; def")
    collect_share: float = Field(default=0.5, gt=0, le=1, description="Share of the payments to it that they are; def")
    search_items: int = Field(
        default=12,
        ge=2,
        description="Items of one search that tie each other: more, and it is a cafe's or a shop's; def",
    )
    case_people: int = Field(
        default=20, ge=2, description="People accused in one case that ties them: more, and it is a list; def"
    )
    sums_payments: int = Field(default=2, ge=2, description="Payments by which a collector hands sums over; def")
    sums_times: float = Field(
        default=1.9,
        ge=1,
        description="Median of these in medians of what comes in: a relative is given less; def, measured",
    )
    sums_payers: int = Field(default=6, ge=2, description="Payers of who collects for somebody; def, measured")
    sums_of_crew: float = Field(
        default=0.5, gt=0, le=1, description="Or the share of what comes in that is the crew's own; def"
    )
    sums_share: float = Field(default=0.6, gt=0, le=1, description="Share of the taker's intake that these are; def")
    co_payers: int = Field(default=2, ge=2, description="Payers two payees must share; arch: one alone joins nothing")

    staff_lines: int = Field(
        default=5,
        ge=3,
        description="Lines that talk mostly with one line of a call-back drain before they work for it; def",
    )
    burner_lines: int = Field(default=3, ge=2, description="Lines of a hand that show throw-away cards; dom T04")
    own_calls: int = Field(default=10, ge=1, description="Calls that show a life of its own; def")
    own_payments: int = Field(default=3, ge=1, description="Payments that show a life of its own; def")
    own_days: int = Field(default=180, ge=1, description="Age of a contract that shows a life of its own; def")

    # Typologies
    t01_payers: int = Field(default=3, ge=2, description="T01 payers when a report names the payee; dom")
    t01_countries: int = Field(default=1, ge=1, description="T01 countries; dom: 2, but geography weighs nothing (S11)")
    t01_payers_unreported: int = Field(default=8, ge=2, description="T01 payers otherwise; dom")
    t01_countries_unreported: int = Field(
        default=1, ge=1, description="T01 countries otherwise; dom: 3, but geography weighs nothing (S11)"
    )
    t01_days: int = Field(default=30, ge=1, description="T01 window; dom")
    t03_hours: float = Field(default=72, gt=0, description="T03 gap between payments; dom (FinCEN)")
    t03_first_mad: float = Field(default=5000, gt=0, description="T03 first payment, MAD or about as much; dom")
    t03_total_mad: float = Field(default=40000, gt=0, description="T03 total per payer; dom")
    t04_days: int = Field(default=180, ge=1, description="T04 window; dom")
    t04_reports: int = Field(default=3, ge=2, description="T04 reports for identifiers; dom")
    t04_reports_payee: int = Field(default=2, ge=2, description="T04 reports for payee instruments; dom")
    t05_accounts: int = Field(default=5, ge=2, description="T05 accounts on one key; dom")
    t06_accounts: int = Field(default=3, ge=2, description="T06 profiles that show one lure; dom")
    t06_reports: int = Field(default=2, ge=2, description="T06 independent reports on them; dom")
    t06_bits: int = Field(default=6, ge=0, le=7, description="T06 bits of 64 in which alike pictures differ; dom")
    t06_public: int = Field(
        default=6, ge=2, description="T06 unrelated parts of the evidence from which a picture is public; def"
    )
    t08_days: int = Field(default=90, ge=1, description="T08 days of intake without the country; dom")
    t08_share: float = Field(default=0.2, gt=0, le=1, description="T08 share of the intake since; dom")
    t08_payers: int = Field(default=3, ge=1, description="T08 payers from there; dom")
    t09_targets: int = Field(default=2, ge=1, description="T09 targets with a statement or a payment; dom")
    t09_contact_days: float = Field(default=14, gt=0, description="T09 private contact after a post; dom")
    t09_pay_days: float = Field(default=14, gt=0, description="T09 payment after a post; dom")
    t09_removal_days: float = Field(default=14, gt=0, description="T09 removal after a payment; dom")
    t09_report_days: float = Field(
        default=60, gt=0, description="T09 statement after a post; def: people tell late (dom: the demand within 14 d)"
    )
    t09_p: float = Field(default=0.01, gt=0, lt=1, description="T09 chance that paid posts go as often; def")
    t10_accounts: int = Field(default=3, ge=3, description="T10 accounts of different hands; dom")
    t10_minutes: float = Field(default=10, gt=0, description="T10 time within which a post is passed on; dom")
    t10_times: int = Field(default=8, ge=2, description="T10 posts passed on together; dom")
    t10_days: int = Field(default=30, ge=1, description="T10 window; dom")
    t10_p: float = Field(default=0.01, gt=0, lt=1, description="T10 chance under the null model; dom")
    t10_automatic_s: float = Field(default=3, ge=0, description="T10 median lag of automatic cross-posting; def")
    t10_viral: int = Field(default=200, ge=10, description="T10 accounts from which a post is in the air; def")
    t11_called: int = Field(default=30, ge=5, description="T11 numbers called in an hour; dom: 30 for a small extract")
    t11_answered: float = Field(default=0.10, ge=0, le=1, description="T11 answered share; dom")
    t11_ring_s: float = Field(default=6, ge=0, description="T11 median ring; dom")
    t12_hours: float = Field(default=24, gt=0, description="T12 call-back delay; dom")
    t12_callers: int = Field(default=10, ge=2, description="T12 callers; dom")
    t12_share: float = Field(default=0.01, ge=0, le=1, description="T12 share of those called who call back; dom")
    t12_mean_s: float = Field(default=90, ge=0, description="T12 mean duration; dom: 120 s of long drains, median 150")
    settlement_eur: float = Field(
        default=0.20, ge=0, description="EUR a minute that operators settle for call-backs abroad; dom: 0.10-0.30 (R44)"
    )
    t13_staff: int = Field(default=10, ge=2, description="T13 hands at work in one centre; dom (a small one had 8)")
    t13_share: float = Field(default=0.5, ge=0, le=1, description="T13 share of diverted among inbound calls; dom")
    t13_calls: int = Field(default=5, ge=1, description="T13 diverted calls; def")
    t13_days: int = Field(default=5, ge=1, description="T13 days in the cell of a desk; def")
    t14_payees: int = Field(default=3, ge=2, description="T14 payees at one outlet; dom: 5, or 3 with one document")
    t14_share: float = Field(default=0.2, ge=0, le=1, description="T14 share of the flagged pay-outs; dom")
    t14_lift: float = Field(default=5, ge=1, description="T14 lift against the town's other outlets; dom")
    t14_surprise: float = Field(
        default=3, ge=0, description="T14 surprise, powers of ten of the chance against; def: one in a thousand"
    )

    t15_days: int = Field(default=60, ge=1, description="T15 days after an intervention; dom")
    t16_hours: float = Field(default=24, gt=0, description="T16 hours until somebody must have looked; dom")
    t16_calling_codes: tuple[str, ...] = Field(
        default=("212", "225"), description="T16 calling codes of the unit's own countries (who answers it); dom"
    )
    t16_countries: tuple[str, ...] = Field(default=("MA", "CI"), description="T16 the unit's own countries; dom")

    # Coercion and status
    coercion_share: float = Field(
        default=0.5, ge=0, le=1, description="Least share of reports of blackmail or threats; arch: a fair share"
    )
    coercion_sure: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description="Probability that most of those harmed would speak of force; def, measured",
    )
    accountable: int = Field(
        default=2,
        ge=1,
        description="Voices of a lead that said who they are or cite a confirmed payment; dom S8",
    )
    grown_share: float = Field(default=0.3, ge=0, description="Growth that is worth an alert; dom 4.18")
    grown_members: int = Field(default=3, ge=1, description="Members gained that are worth an alert; dom 4.18")
    match_jaccard: float = Field(
        default=0.5, gt=0, le=1, description="Overlap by which a ring is the same as before; dom 4.18"
    )

    # Succession of lines
    succession_contacts: int = Field(
        default=4, ge=1, description="Contacts two lines share where no device says it: more than a family; def"
    )
    succession_contact_lines: int = Field(
        default=60, ge=2, description="Lines that talk to a contact before it is a public one; def"
    )
    succession_line_contacts: int = Field(
        default=100, ge=5, description="Contacts of a line before it is a shop's or a call centre's; def"
    )
    succession_device_lines: int = Field(default=12, ge=2, description="Lines of a device before it is shared; def")
    succession_gap_days: int = Field(default=30, ge=1, description="Longest gap between two lines of a hand; def")
    succession_overlap_hours: float = Field(default=72, ge=0, description="Longest time both are in use; def")
    succession_score: float = Field(default=0.5, gt=0, lt=1, description="Least score of a hypothesis shown; def")
