/*
title:
  fr: Personnes lésées par deux réseaux
  ar: أشخاص تضرروا من شبكتين
  en: People harmed by two rings
purpose: >-
  Pairs of rings with the number of people who paid or reported members of both, and how many of them reported both;
  only numbers are shown.
caution: >-
  A victim who is sold on, or who pays twice, links two crews; so does a shop both buy from.
params:
  ring: {type: text, default: ""}
  min_people: {type: integer, default: 1}
*/
MATCH (who)-[:SENT|REPORTED_BY]-(y)-[:RECEIVED|MENTIONS]->(x)<-[:HAS_MEMBER]-(g:Ring)
WHERE NOT EXISTS { (who)<-[:HAS_MEMBER]-(:Ring) }
WITH who, g.ring AS ring, max(CASE WHEN labels(y)[0] = 'Report' THEN 1 ELSE 0 END) AS reported
ORDER BY ring
WITH who, collect([ring, reported]) AS rings
WHERE size(rings) >= 2
UNWIND rings AS a
UNWIND rings AS b
WITH who, a[0] AS ring_a, b[0] AS ring_b, a[1] + b[1] AS told
WHERE ring_a < ring_b AND ($ring = '' OR ring_a = $ring OR ring_b = $ring)
WITH ring_a, ring_b, count(who) AS people, sum(CASE WHEN told = 2 THEN 1 ELSE 0 END) AS reported_both
WHERE people >= $min_people
RETURN ring_a AS ring_a, ring_b AS ring_b, people AS people, reported_both AS reported_both
ORDER BY people DESC, ring_a, ring_b
