/*
title:
  fr: Identifiants communs à des signalements indépendants
  ar: معرّفات مشتركة بين بلاغات مستقلة
  en: Identifiers shared by independent reports
purpose: >-
  Identifiers named by at least min_reporters different reporters, whatever else the reports say.
caution: >-
  Copies of one text and anonymous reports count as reports, not as reporters. A public number is named by many and joins nobody.
params:
  min_reporters: {type: integer, default: 2}
*/
MATCH (r:Report)-[:MENTIONS]->(x)
MATCH (r)-[:REPORTED_BY]->(v:Victim)
WITH x, count(DISTINCT v.uid) AS reporters, count(DISTINCT r.uid) AS reports, min(r.received_at) AS first,
     max(r.received_at) AS last
WHERE reporters >= $min_reporters
RETURN x.uid AS identifier, labels(x)[0] AS kind, reporters AS reporters, reports AS reports, first AS first, last AS last
ORDER BY reporters DESC, reports DESC, identifier
