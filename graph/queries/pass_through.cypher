/*
title:
  fr: Argent reçu puis transmis aussitôt
  ar: أموال استُلمت ثم حُوّلت سريعا
  en: Money received and soon passed on
purpose: >-
  Transfers that a holder passed on within the given hours, later and for at least min_share of the amount, in the same currency.
caution: >-
  Families and shops pass money on as well; several such chains to one place say more than one.
params:
  within_hours: {type: integer, default: 72}
  min_share: {type: number, default: 0.5}
*/
MATCH (t1:Transfer)-[:RECEIVED]->(holder)-[:SENT]->(t2:Transfer)-[:RECEIVED]->(next)
WHERE t2.sent_s >= t1.sent_s AND t2.sent_s - t1.sent_s <= $within_hours * 3600 AND t1.currency = t2.currency
  AND t2.amount_minor >= $min_share * t1.amount_minor AND t2.amount_minor <= t1.amount_minor AND next.uid <> holder.uid
RETURN holder.uid AS holder, next.uid AS passed_to, t1.uid AS received, t2.uid AS sent, t1.currency AS currency,
       t1.amount_minor AS received_minor, t2.amount_minor AS sent_minor, t1.sent_at AS received_at, t2.sent_at AS sent_at
ORDER BY holder, received_at, received, sent, passed_to
