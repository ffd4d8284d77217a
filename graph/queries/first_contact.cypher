/*
title:
  fr: Premier identifiant rencontré de chaque réseau
  ar: أول معرّف ظهر من كل شبكة
  en: What each ring was first met by
purpose: >-
  Identifiers of each ring in the order in which reports first named them as suspect.
caution: >-
  The first report is not the first victim: people report late or never.
params:
  ring: {type: text, default: ""}
*/
MATCH (g:Ring)-[:HAS_MEMBER]->(x)<-[m:MENTIONS]-(r:Report)
WHERE ($ring = '' OR g.ring = $ring) AND m.role CONTAINS 'suspect'
WITH g, x, min(r.received_at) AS first, count(DISTINCT r.uid) AS reports
RETURN g.ring AS ring, x.uid AS identifier, labels(x)[0] AS kind, first AS first, reports AS reports
ORDER BY ring, first, identifier
