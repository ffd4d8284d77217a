/*
title:
  fr: Mêmes mots, autres suspects
  ar: الكلمات نفسها ومشتبه فيهم مختلفون
  en: Same words, other suspects
purpose: >-
  Scripts (reports with the same text, or a text found to be alike) that name at least min_suspects different
  suspects: perhaps one crew that works from one sheet.
caution: >-
  Crews learn from the same guides, victims copy each other, and a form letter fits everybody: a script alone joins
  nobody.
params:
  min_suspects: {type: integer, default: 2}
  max_reports: {type: integer, default: 50}
*/
MATCH (r:Report)
OPTIONAL MATCH (r)-[:SIMILAR_TO]->(s:Script)
WITH r, coalesce(s.uid, r.text_hash) AS script
WHERE script IS NOT NULL
WITH script, r
MATCH (r)-[m:MENTIONS]->(x)
WHERE m.role CONTAINS 'suspect'
WITH script, count(DISTINCT r.uid) AS reports, count(DISTINCT x.uid) AS suspects, min(r.received_at) AS first,
     max(r.received_at) AS last
WHERE suspects >= $min_suspects AND reports >= 2 AND reports <= $max_reports
RETURN script AS script, suspects AS suspects, reports AS reports, first AS first, last AS last
ORDER BY suspects DESC, reports, script
