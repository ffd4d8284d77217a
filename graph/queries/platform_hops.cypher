/*
title:
  fr: Du premier contact à la demande, d'une plateforme à l'autre
  ar: من أول اتصال إلى الطلب، من منصة إلى أخرى
  en: From first contact to demand, across platforms
purpose: >-
  Reports in which one account is named and another identifier, on another platform or a telephone, made the demand:
  pairs of the two, with the reports that tell it.
caution: >-
  Honest people change to a messenger too; the demand is what counts, and a report may name the accounts of two crews.
params:
  min_reports: {type: integer, default: 1}
*/
MATCH (a:Account)<-[:MENTIONS]-(r:Report)-[:MENTIONS]->(d:Demand)<-[:DEMANDED]-(x)
WHERE a.uid <> x.uid
WITH a, x, a.platform AS from_platform, CASE WHEN labels(x)[0] = 'Phone' THEN 'phone' ELSE x.platform END AS to_platform, r, d
WHERE from_platform <> to_platform
WITH a, x, from_platform, to_platform, count(DISTINCT r.uid) AS reports, count(DISTINCT d.uid) AS demands,
     min(r.received_at) AS first, max(r.received_at) AS last
WHERE reports >= $min_reports
RETURN a.uid AS contacted_by, from_platform AS from_platform, x.uid AS demanded_by, to_platform AS to_platform,
       reports AS reports, demands AS demands, first AS first, last AS last
ORDER BY reports DESC, demands DESC, contacted_by, demanded_by
