/*
title:
  fr: Bénéficiaires sans titulaire ni réseau
  ar: مستفيدون بلا صاحب معروف ولا شبكة
  en: Payees nobody is known to hold
purpose: >-
  Payees named in reports that belong to no ring and have no known holder: whom to ask the operator or the bank about.
caution: >-
  A payee may be misspelt, borrowed or stolen.
params:
  min_reports: {type: integer, default: 1}
*/
MATCH (r:Report)-[m:MENTIONS]->(payee)
WHERE m.role CONTAINS 'payee' AND NOT EXISTS { (payee)<-[:HAS_MEMBER]-(:Ring) }
  AND NOT EXISTS { (payee)<-[:HOLDS|USES]-(:Person) }
WITH payee, count(DISTINCT r.uid) AS reports, min(r.received_at) AS first, max(r.received_at) AS last
WHERE reports >= $min_reports
RETURN payee.uid AS payee, labels(payee)[0] AS kind, reports AS reports, first AS first, last AS last
ORDER BY reports DESC, payee
