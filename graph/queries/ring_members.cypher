/*
title:
  fr: Membres d'un réseau
  ar: أعضاء شبكة
  en: Members of a ring
purpose: >-
  Members of a ring with their role hypothesis, how firmly they belong, and how many reports name them.
caution: >-
  A role is a hypothesis; a member is suspected, not convicted.
params:
  ring: {type: text, default: ""}
*/
MATCH (g:Ring)-[m:HAS_MEMBER]->(x)
WHERE $ring = '' OR g.ring = $ring
OPTIONAL MATCH (r:Report)-[:MENTIONS]->(x)
WITH g, m, x, count(DISTINCT r.uid) AS reports
RETURN g.ring AS ring, g.status AS status, x.uid AS member, labels(x)[0] AS kind, m.role AS role, m.score AS score,
       reports AS reports, x.first_seen AS first, x.last_seen AS last
ORDER BY ring, score DESC, member
