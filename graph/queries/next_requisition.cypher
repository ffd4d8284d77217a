/*
title:
  fr: La prochaine réquisition à faire
  ar: الطلب القضائي التالي
  en: The next requisition to make
purpose: >-
  For each ring, whom to ask what: members of one operator or platform of which its custodian has told nothing yet,
  the largest group first.
caution: >-
  A requisition needs its legal basis, and asks about what a reporter may have mistyped.
params:
  ring: {type: text, default: ""}
*/
MATCH (g:Ring)-[:HAS_MEMBER]->(x)
WHERE $ring = '' OR g.ring = $ring
WITH g, x, labels(x)[0] AS kind
WITH g, x, kind, CASE WHEN kind IN ['Account', 'Page'] THEN 'platform' WHEN kind IN ['Phone', 'Sim'] THEN 'telecom'
     WHEN kind IN ['Wallet', 'BankAccount', 'CryptoAddress'] THEN 'money' ELSE '' END AS custodian
WHERE custodian <> '' AND NOT custodian IN coalesce(x.source_types, [])
WITH g, custodian, kind, CASE WHEN kind IN ['Account', 'Page'] THEN x.platform WHEN kind = 'Wallet' THEN x.operator
     WHEN kind = 'CryptoAddress' THEN x.chain ELSE '' END AS whom, x.uid AS uid
ORDER BY uid
WITH g, custodian, kind, coalesce(whom, '') AS whom, collect(uid) AS identifiers
RETURN g.ring AS ring, g.status AS status, custodian AS custodian, kind AS kind, whom AS whom, size(identifiers) AS n,
       identifiers[0..20] AS identifiers
ORDER BY n DESC, ring, custodian, kind, whom
