/*
title:
  fr: Payeurs qui n'ont rien signalé
  ar: دافعون لم يبلّغوا
  en: Payers who never reported
purpose: >-
  For each ring member who was paid, how many payers reported and how many never did; only numbers are shown.
caution: >-
  Not every payer is a victim: relatives, customers and other members pay too.
params:
  ring: {type: text, default: ""}
*/
MATCH (g:Ring)-[:HAS_MEMBER]->(payee)<-[:RECEIVED]-(t:Transfer)<-[:SENT]-(payer)
WHERE ($ring = '' OR g.ring = $ring) AND NOT EXISTS { (payer)<-[:HAS_MEMBER]-(g) }
OPTIONAL MATCH (payer)<-[:REPORTED_BY]-(r:Report)
WITH g, payee, payer, count(DISTINCT r.uid) AS reports
WITH g, payee, count(payer) AS payers, sum(CASE WHEN reports > 0 THEN 1 ELSE 0 END) AS reported
RETURN g.ring AS ring, payee.uid AS payee, payers AS payers, reported AS reported, payers - reported AS silent
ORDER BY ring, silent DESC, payee
