/*
title:
  fr: Lignes dont les appels sont déviés
  ar: خطوط حُوّلت مكالماتها
  en: Lines whose calls are diverted
purpose: >-
  Lines that are diverted elsewhere, where to, and how often.
caution: >-
  Diversion is ordinary in offices; look for lines that ring many strangers.
params:
  min_calls: {type: integer, default: 1}
*/
MATCH (a)-[d:DIVERTED_TO]->(b)
WITH a, b, sum(d.n) AS calls, min(d.first) AS first, max(d.last) AS last
WHERE calls >= $min_calls
RETURN a.uid AS line, b.uid AS diverted_to, labels(b)[0] AS kind, calls AS calls, first AS first, last AS last
ORDER BY calls DESC, line, diverted_to
