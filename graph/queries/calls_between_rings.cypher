/*
title:
  fr: Appels entre membres de deux réseaux
  ar: مكالمات بين أعضاء شبكتين
  en: Calls between members of two rings
purpose: >-
  Lines of one ring that called lines of another, with the number of calls and their duration in seconds.
caution: >-
  A call says that two lines were connected, not who spoke.
params:
  ring_a: {type: text, default: ""}
  ring_b: {type: text, default: ""}
*/
MATCH (a:Ring)-[:HAS_MEMBER]->(p:Phone)-[c:CALLED]->(q:Phone)<-[:HAS_MEMBER]-(b:Ring)
WHERE a.ring <> b.ring AND ($ring_a = '' OR a.ring = $ring_a OR b.ring = $ring_a)
  AND ($ring_b = '' OR a.ring = $ring_b OR b.ring = $ring_b)
WITH a, b, p, q, sum(c.n) AS calls, sum(coalesce(c.total_dur, 0)) AS seconds, min(c.day) AS first, max(c.day) AS last
RETURN a.ring AS from_ring, p.uid AS caller, b.ring AS to_ring, q.uid AS called, calls AS calls, seconds AS seconds,
       first AS first, last AS last
ORDER BY calls DESC, caller, called, from_ring, to_ring
