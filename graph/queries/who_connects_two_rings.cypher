/*
title:
  fr: Qui relie deux réseaux
  ar: من يربط بين شبكتين
  en: Who connects two rings
purpose: >-
  Everything one step away from members of two rings: reports, payees, devices, lines, pages; public infrastructure is left out by max_degree.
caution: >-
  A victim of two rings, a mule and a public number connect as well; the label and the records tell which.
params:
  ring_a: {type: text, default: ""}
  ring_b: {type: text, default: ""}
  max_degree: {type: integer, default: 50}
*/
MATCH (g:Ring)-[:HAS_MEMBER]->(x)--(c)
WHERE labels(c)[0] <> 'Ring' AND coalesce(c.degree, 0) <= $max_degree
WITH c, g.ring AS ring, count(DISTINCT x.uid) AS members
ORDER BY ring
WITH c, collect(ring) AS rings, collect(members) AS members
WHERE size(rings) >= 2
UNWIND range(0, size(rings) - 2) AS i
UNWIND range(i + 1, size(rings) - 1) AS j
WITH c, rings[i] AS first, rings[j] AS second, members[i] AS members_a, members[j] AS members_b
WHERE ($ring_a = '' OR $ring_a IN [first, second]) AND ($ring_b = '' OR $ring_b IN [first, second])
RETURN first AS ring_a, second AS ring_b, c.uid AS connector, labels(c)[0] AS kind, members_a AS members_a,
       members_b AS members_b
ORDER BY ring_a, ring_b, kind, connector
