/*
title:
  fr: Chaînes de transferts dans l'ordre du temps
  ar: سلاسل تحويلات متتابعة زمنيا
  en: Chains of transfers in order of time
purpose: >-
  Money that went through two holders in a row, each time later and within the given hours.
caution: >-
  The coins are not marked: a chain says that it can be the same money, not that it is.
params:
  within_hours: {type: integer, default: 72}
*/
MATCH (t1:Transfer)-[:RECEIVED]->(a)-[:SENT]->(t2:Transfer)-[:RECEIVED]->(b)-[:SENT]->(t3:Transfer)-[:RECEIVED]->(c)
WHERE t2.sent_s >= t1.sent_s AND t2.sent_s - t1.sent_s <= $within_hours * 3600
  AND t3.sent_s >= t2.sent_s AND t3.sent_s - t2.sent_s <= $within_hours * 3600
  AND a.uid <> b.uid AND b.uid <> c.uid AND a.uid <> c.uid
RETURN a.uid AS first_holder, b.uid AS second_holder, c.uid AS last_payee, t1.uid AS t1, t2.uid AS t2, t3.uid AS t3,
       t1.sent_at AS began, t3.sent_at AS ended
ORDER BY began, t1, t2, t3, first_holder, second_holder, last_payee
