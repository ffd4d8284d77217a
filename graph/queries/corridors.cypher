/*
title:
  fr: Couloirs de l'argent entre pays
  ar: ممرات الأموال بين البلدان
  en: Corridors of money between countries
purpose: >-
  Transfers from one country to another a month and currency: payers, payees, payees whom a ring or a report names,
  and the total in minor units.
caution: >-
  Migrants send money home along the same corridors. Geography alone says nothing of anybody.
params:
  payer_country: {type: text, default: ""}
  payee_country: {type: text, default: ""}
  min_named: {type: integer, default: 1}
*/
MATCH (payer)-[:SENT]->(t:Transfer)-[:RECEIVED]->(payee)
WHERE t.payer_country IS NOT NULL AND t.payee_country IS NOT NULL AND t.payer_country <> t.payee_country
  AND t.sent_at IS NOT NULL AND ($payer_country = '' OR t.payer_country = $payer_country)
  AND ($payee_country = '' OR t.payee_country = $payee_country)
WITH t, payer, payee, CASE WHEN EXISTS { (payee)<-[:HAS_MEMBER]-(:Ring) } OR EXISTS { (payee)<-[:MENTIONS]-(:Report) }
     OR EXISTS { (t)<-[:MENTIONS]-(:Report) } THEN payee.uid ELSE null END AS named
WITH t.payer_country AS from_country, t.payee_country AS to_country, substring(t.sent_at, 0, 7) AS month,
     t.currency AS currency, count(DISTINCT t.uid) AS transfers, count(DISTINCT payer.uid) AS payers,
     count(DISTINCT payee.uid) AS payees, count(DISTINCT named) AS named, sum(t.amount_minor) AS total_minor
WHERE named >= $min_named
RETURN from_country AS from_country, to_country AS to_country, month AS month, currency AS currency,
       transfers AS transfers, payers AS payers, payees AS payees, named AS named, total_minor AS total_minor
ORDER BY named DESC, transfers DESC, from_country, to_country, month, currency
