/*
title:
  fr: Agences où l'argent est retiré
  ar: وكالات سُحبت فيها الأموال
  en: Outlets where money is paid out
purpose: >-
  Outlets at which at least min_payees payees were paid, with how many of those payees are named in reports or belong to a ring.
caution: >-
  An outlet serves its neighbourhood: it is a place, never a suspect.
params:
  min_payees: {type: integer, default: 1}
*/
MATCH (o:Outlet)<-[:PAID_AT]-(t:Transfer)-[:RECEIVED]->(payee)
WITH o, payee, count(t) AS transfers, min(t.paid_at) AS first, max(t.paid_at) AS last
OPTIONAL MATCH (payee)<-[:HAS_MEMBER]-(g:Ring)
WITH o, payee, transfers, first, last, count(g) AS rings
OPTIONAL MATCH (payee)<-[:MENTIONS]-(r:Report)
WITH o, payee, transfers, first, last, rings, count(r) AS reports
WITH o, count(payee) AS payees, sum(transfers) AS transfers, min(first) AS first, max(last) AS last,
     sum(CASE WHEN rings > 0 THEN 1 ELSE 0 END) AS ring_members, sum(CASE WHEN reports > 0 THEN 1 ELSE 0 END) AS reported
WHERE payees >= $min_payees
RETURN o.uid AS outlet, payees AS payees, ring_members AS ring_members, reported AS reported, transfers AS transfers,
       first AS first, last AS last
ORDER BY ring_members DESC, reported DESC, payees DESC, outlet
