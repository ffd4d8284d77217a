/*
title:
  fr: Comptes qui reçoivent de nombreux payeurs
  ar: حسابات تتلقى أموالا من دافعين كثيرين
  en: Payees who receive from many payers
purpose: >-
  Payees with at least min_payers different payers, in each currency, with the number of transfers and their total in minor units.
caution: >-
  Shops, landlords and collectors receive from many people too; look at the reports that name the payee.
params:
  min_payers: {type: integer, default: 2}
*/
MATCH (payer)-[:SENT]->(t:Transfer)-[:RECEIVED]->(payee)
WITH payee, t.currency AS currency, count(DISTINCT payer.uid) AS payers
WHERE payers >= $min_payers
MATCH (payee)<-[:RECEIVED]-(moved:Transfer)
WHERE moved.currency = currency
WITH payee, currency, payers, count(moved) AS transfers, sum(moved.amount_minor) AS total_minor,
     min(moved.sent_at) AS first, max(moved.sent_at) AS last
RETURN payee.uid AS payee, labels(payee)[0] AS kind, currency AS currency, payers AS payers, transfers AS transfers,
       total_minor AS total_minor, first AS first, last AS last
ORDER BY payers DESC, total_minor DESC, payee, currency
