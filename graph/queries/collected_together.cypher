/*
title:
  fr: Bénéficiaires servis à la même agence, à la même heure
  ar: مستفيدون قبضوا في الوكالة نفسها وفي الساعة نفسها
  en: Payees paid at one outlet at the same hour
purpose: >-
  Pairs of payees who were paid at one outlet within the given minutes of each other, at least min_times.
caution: >-
  A busy outlet pays strangers one after the other; several meetings, or meetings at several outlets, say more than
  one.
params:
  within_minutes: {type: integer, default: 60}
  min_times: {type: integer, default: 1}
*/
MATCH (p)<-[:RECEIVED]-(t:Transfer)-[:PAID_AT]->(o:Outlet)
WHERE labels(p)[0] <> 'Victim' AND t.paid_s IS NOT NULL
WITH o.uid AS outlet, p.uid AS payee, t.paid_s AS paid_s, t.paid_at AS paid_at,
     t.paid_s / ($within_minutes * 60 + 1) AS slot
UNWIND [slot, slot + 1] AS near
WITH outlet, near, collect([payee, paid_s, paid_at, slot]) AS served
WHERE size(served) >= 2
UNWIND served AS one
UNWIND served AS other
WITH outlet, near, one, other
WHERE one[0] < other[0] AND (one[3] = near OR other[3] = near)
  AND one[1] - other[1] <= $within_minutes * 60 AND other[1] - one[1] <= $within_minutes * 60
WITH one[0] AS payee, other[0] AS companion, count(*) AS times, count(DISTINCT outlet) AS outlets,
     min(one[2]) AS first, max(one[2]) AS last
WHERE times >= $min_times
RETURN payee AS payee, companion AS other, times AS times, outlets AS outlets, first AS first, last AS last
ORDER BY times DESC, outlets DESC, payee, other
