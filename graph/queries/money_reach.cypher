/*
title:
  fr: Où l'argent peut être allé
  ar: إلى أين قد تكون وصلت الأموال
  en: Where money can have gone
purpose: >-
  Whom money from a holder (or, without one, from the members of rings) can have reached in up to four transfers, each
  sent after the one before and within the given days of it.
caution: >-
  Coins are not marked, and amounts are not compared: it shows who can have received, not who did.
params:
  holder: {type: text, default: ""}
  within_days: {type: integer, default: 7}
  max_transfers: {type: integer, default: 4}
*/
MATCH (a)-[:SENT]->(:Transfer)
WHERE a.uid = $holder OR ($holder = '' AND EXISTS { (a)<-[:HAS_MEMBER]-(:Ring) })
WITH DISTINCT a
MATCH p = (a)-[:SENT|RECEIVED*2..8]->(z)
WITH a, z, length(p) / 2 AS transfers, [n IN nodes(p) | n.sent_s] AS seconds, [n IN nodes(p) | n.sent_at] AS times
WHERE labels(z)[0] <> 'Transfer' AND z.uid <> a.uid AND transfers <= $max_transfers
  AND all(i IN range(1, size(seconds) - 4, 2) WHERE seconds[i + 2] >= seconds[i]
          AND seconds[i + 2] - seconds[i] <= $within_days * 86400)
WITH a, z, min(transfers) AS transfers, min(times[size(times) - 2]) AS earliest
RETURN a.uid AS holder, z.uid AS reached, labels(z)[0] AS kind, transfers AS transfers, earliest AS earliest
ORDER BY holder, transfers, earliest, reached
