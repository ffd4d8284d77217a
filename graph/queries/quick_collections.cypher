/*
title:
  fr: Argent retiré aussitôt envoyé
  ar: أموال سُحبت فور إرسالها
  en: Money collected as soon as it was sent
purpose: >-
  Payees who were paid out within the given minutes of the sending at least min_times: somebody was waiting at the
  counter.
caution: >-
  Families waiting for a remittance collect at once too.
params:
  within_minutes: {type: integer, default: 120}
  min_times: {type: integer, default: 2}
*/
MATCH (t:Transfer)-[:RECEIVED]->(payee)
WHERE t.paid_s >= t.sent_s AND t.paid_s - t.sent_s <= $within_minutes * 60 AND labels(payee)[0] <> 'Victim'
  AND EXISTS { (t)-[:PAID_AT]->(:Outlet) }
WITH payee, count(t) AS times, min(t.paid_s - t.sent_s) AS fastest_s, min(t.sent_at) AS first, max(t.sent_at) AS last
WHERE times >= $min_times
OPTIONAL MATCH (r:Report)-[:MENTIONS]->(payee)
WITH payee, times, fastest_s, first, last, count(DISTINCT r.uid) AS reports
RETURN payee.uid AS payee, labels(payee)[0] AS kind, times AS times, fastest_s AS fastest_s, reports AS reports,
       first AS first, last AS last
ORDER BY reports DESC, times DESC, payee
