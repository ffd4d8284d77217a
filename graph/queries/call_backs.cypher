/*
title:
  fr: Numéros que l'on rappelle
  ar: أرقام يعاود الناس الاتصال بها
  en: Numbers people call back
purpose: >-
  Numbers that rang others without an answer and were called back within the given hours, for at least min_seconds in all.
caution: >-
  Days are UTC and calls are counted a day; authentication services and call centres ring once too.
params:
  within_hours: {type: integer, default: 48}
  min_seconds: {type: integer, default: 60}
*/
MATCH (a:Phone)-[ring:CALLED]->(b:Phone)-[back:CALLED]->(a)
WHERE ring.n_answered = 0 AND back.last_s >= ring.first_s AND back.first_s - ring.last_s <= $within_hours * 3600
WITH DISTINCT a, b, back
WITH a, count(DISTINCT b.uid) AS called_back_by, sum(back.n) AS call_backs, sum(coalesce(back.total_dur, 0)) AS seconds,
     min(back.day) AS first, max(back.day) AS last
WHERE seconds >= $min_seconds
RETURN a.uid AS number, called_back_by AS called_back_by, call_backs AS call_backs, seconds AS seconds, first AS first,
       last AS last
ORDER BY called_back_by DESC, seconds DESC, number
