/*
title:
  fr: Demandes et paiements qui les suivent
  ar: الطلبات وما تلاها من دفعات
  en: Demands and the payments that settle them
purpose: >-
  Who demanded, how often, how many of the demands were paid, and how soon at the earliest.
caution: >-
  That a payment settles a demand is what a report says; a demand may be made in somebody else's name.
params:
  min_demands: {type: integer, default: 1}
*/
MATCH (x)-[:DEMANDED]->(d:Demand)
OPTIONAL MATCH (d)<-[:SETTLES]-(t:Transfer)
WITH x, d, count(DISTINCT t.uid) AS payments, min(t.sent_s - d.first_s) AS soonest
WITH x, count(d) AS demands, sum(CASE WHEN payments > 0 THEN 1 ELSE 0 END) AS paid, min(soonest) AS soonest_s,
     min(d.first_seen) AS first, max(d.first_seen) AS last
WHERE demands >= $min_demands
RETURN x.uid AS demanded_by, labels(x)[0] AS kind, demands AS demands, paid AS paid, soonest_s AS soonest_s,
       first AS first, last AS last
ORDER BY paid DESC, demands DESC, demanded_by
