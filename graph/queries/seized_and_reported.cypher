/*
title:
  fr: Saisi ici, signalé ailleurs
  ar: محجوز هنا ومذكور هناك
  en: Seized here, reported there
purpose: >-
  Identifiers found in seized evidence, with the reports that name them and the ring they belong to.
caution: >-
  What was in a suspect's pocket may be a relative's.
params:
  min_reports: {type: integer, default: 0}
*/
MATCH (e:Evidence)-[:MENTIONS]->(x)
WITH DISTINCT e, x
OPTIONAL MATCH (r:Report)-[:MENTIONS]->(x)
WITH e, x, count(DISTINCT r.uid) AS reports
WHERE reports >= $min_reports
OPTIONAL MATCH (g:Ring)-[:HAS_MEMBER]->(x)
WITH e, x, reports, min(g.ring) AS ring
RETURN e.uid AS evidence, x.uid AS identifier, labels(x)[0] AS kind, reports AS reports, ring AS ring
ORDER BY reports DESC, evidence, identifier
