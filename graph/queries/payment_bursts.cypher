/*
title:
  fr: Versements répétés en quelques heures
  ar: دفعات متكررة في ساعات قليلة
  en: Payments repeated within hours
purpose: >-
  Payees whom somebody paid again within the given hours, with how many payers did so and how many payments that were:
  the rhythm of a demand that is raised.
caution: >-
  Deposits, instalments, betting and emergencies come in bursts too. A payer who does this may be a victim: think of
  help first.
params:
  within_hours: {type: integer, default: 72}
  min_payers: {type: integer, default: 1}
*/
MATCH (payer)-[:SENT]->(t1:Transfer)-[:RECEIVED]->(payee)<-[:RECEIVED]-(t2:Transfer)<-[:SENT]-(payer)
WHERE t2.sent_s >= t1.sent_s AND t2.sent_s - t1.sent_s <= $within_hours * 3600 AND t1.uid <> t2.uid
  AND payer.uid <> payee.uid AND labels(payee)[0] <> 'Victim'
WITH payee, payer, count(DISTINCT t2.uid) AS repeats, min(t1.sent_at) AS first, max(t2.sent_at) AS last
WITH payee, count(payer) AS payers, sum(repeats) AS repeats, min(first) AS first, max(last) AS last
WHERE payers >= $min_payers
OPTIONAL MATCH (r:Report)-[:MENTIONS]->(payee)
WITH payee, payers, repeats, first, last, count(DISTINCT r.uid) AS reports
RETURN payee.uid AS payee, labels(payee)[0] AS kind, payers AS payers, repeats AS repeats, reports AS reports,
       first AS first, last AS last
ORDER BY payers DESC, repeats DESC, payee
