/*
title:
  fr: Qui est en contact avec le plus de correspondants
  ar: من يتصل بأكبر عدد من الأطراف
  en: Who is in contact with most others
purpose: >-
  Lines, accounts and people by the number of different others they called, wrote to or were called by, and the ring
  they belong to.
caution: >-
  Taxi drivers, shops and call centres talk to everybody.
params:
  min_contacts: {type: integer, default: 5}
*/
MATCH (a)
WHERE a.degree >= $min_contacts
OPTIONAL MATCH (g:Ring)-[:HAS_MEMBER]->(a)
WITH a, min(g.ring) AS ring
MATCH (a)-[c:CALLED|CONTACTED]-(b)
WITH a.uid AS identifier, labels(a)[0] AS kind, ring, count(DISTINCT b.uid) AS contacts, sum(c.n) AS times,
     min(c.first) AS first, max(c.last) AS last
WHERE contacts >= $min_contacts AND kind <> 'Victim'
RETURN identifier AS identifier, kind AS kind, contacts AS contacts, times AS times, ring AS ring, first AS first,
       last AS last
ORDER BY contacts DESC, times DESC, identifier
