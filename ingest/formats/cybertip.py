"""NCMEC CyberTipline reports (XML): reading, and the description of the format."""

from __future__ import annotations

from typing import Final

from graph.evidence import VaultEntry
from ingest.drafts import Job
from ingest.elements import Element, canonical
from ingest.formats.cybertip_check import ASSOCIATIONS, DIGESTS, EVENTS, INCIDENTS, checked
from ingest.formats.cybertip_rows import NEVER, entry_of
from ingest.formats.described import Field, Format, Reader
from ingest.incoming import Incoming
from ingest.rejects import Problem, Refused
from ingest.rows import Ledgered
from ingest.xml import each_part

CYBERTIP: Final = Format(
    "cybertip",
    "NCMEC CyberTipline reports",
    "one cyberTip",
    "reportId",
    ("xml",),
    (
        Field("reportId", "number of the report; a report without envelope is numbered by its content", required=True),
        Field("receivedAt", "when it was received, ISO 8601 with offset", required=True),
        Field("report", "the report itself", required=True),
        Field("incidentSummary.incidentType", "what it is about", required=True, enum=INCIDENTS),
        Field("incidentSummary.incidentDateTime", "when it took place, with offset", required=True),
        Field("incidentSummary.platform", "platform of the incident, of accounts that name none"),
        Field("incidentSummary.reportAnnotations", "empty elements such as sextortion"),
        Field("internetDetails", "web pages, chat, e-mail, phone...: addresses and numbers; content is not kept"),
        Field("lawEnforcement", "agency and case number; the officer is vault only"),
        Field("reporter", "vault only"),
        Field("personOrUserReported.espIdentifier", "native id of the reported account"),
        Field("personOrUserReported.espService", "its platform"),
        Field("personOrUserReported.screenName", "its name, its identity without a native id"),
        Field("personOrUserReportedPerson.phone", "number, with type and countryCallingCode; Recovery: RECOVERY_OF"),
        Field("personOrUserReportedPerson.email", "address, with type; Recovery: RECOVERY_OF"),
        Field("ipCaptureEvent.eventName", "what happened at an address", enum=EVENTS),
        Field("deviceId", "idType and idValue"),
        Field("associatedAccount.accountType", "how an account belongs to the reported one", enum=ASSOCIATIONS),
        Field("victim", "pseudonym in evidence, everything else vault only; schoolName is not kept"),
        Field("intendedRecipient", "as victim"),
        Field("additionalInfo", "vault only"),
        Field("fileDetails.originalFileHash.hashType", "digest of a file; files are never read", enum=tuple(DIGESTS)),
    ),
)


def parse(incoming: Incoming, job: Job) -> None:
    """Read every report of a file; a file that is cut off or hostile is refused as a whole."""
    ledgered = Ledgered(job)
    alone = incoming.xml_root == "report"
    for index, part in enumerate(each_part(incoming, ("report" if alone else "cyberTip",), job), 1):
        tip = part.element
        try:
            if part.problem is not None:
                raise part.problem
            tip = _enveloped(tip, job) if alone else tip
            entry = entry_of(checked(tip, job.received_at), tip, index, job)
        except Refused as refused:
            job.reject(Problem(None, refused.code, refused.message, str(index)))
            _keep(tip, refused.code, index, job)
        else:
            ledgered.accept(entry, canonical(part.element))
    ledgered.close()


def _enveloped(report: Element, job: Job) -> Element:
    """A report as a platform sends it, which has no number yet: its content numbers it (after a 0, which those of NCMEC
    do not begin with), and it was received when we got it."""
    number = f"0{int(job.keys.content_hash(b'cybertip' + canonical(report))[:16], 16)}"
    received = job.received_at.isoformat()
    return Element("cyberTip", {}, [Element("reportId", {}, [number]), Element("receivedAt", {}, [received]), report])


def _keep(said: Element, code: str, index: int, job: Job) -> None:
    """What a refused report said goes to the vault: it is about a child."""
    if (said.content or said.attributes) and (told := said.without(NEVER).told()):
        record = f"refused:{job.source}:{job.name}:{index}"
        job.vault.append(VaultEntry("minors", record, None, (), {"said": told, "code": code}))


def _claims(incoming: Incoming) -> bool:
    if incoming.xml_root == "report":  # goAML's root too, which has no such summary
        return incoming.has_element("incidentSummary")
    return incoming.xml_root in ("cyberTips", "cyberTip")


READER: Final = Reader(CYBERTIP, "ncmec", parse, _claims)
