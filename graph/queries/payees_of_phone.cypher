/*
title:
  fr: Bénéficiaires nommés avec un numéro
  ar: المستفيدون المذكورون مع رقم هاتف
  en: Payees named together with a number
purpose: >-
  Where people who were contacted from a number were told to pay, with the number of reports that say so.
caution: >-
  A report may name a payee of somebody else; one report alone proves little.
params:
  phone: {type: text, default: ""}
*/
MATCH (p:Phone)<-[:MENTIONS]-(r:Report)-[m:MENTIONS]->(payee)
WHERE ($phone = '' OR p.uid = $phone) AND m.role CONTAINS 'payee' AND payee.uid <> p.uid
WITH p, payee, count(DISTINCT r.uid) AS reports, min(r.received_at) AS first, max(r.received_at) AS last
RETURN p.uid AS phone, payee.uid AS payee, labels(payee)[0] AS kind, reports AS reports, first AS first, last AS last
ORDER BY reports DESC, phone, payee
