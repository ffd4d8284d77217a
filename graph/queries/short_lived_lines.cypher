/*
title:
  fr: Lignes signalées et vite éteintes
  ar: خطوط مذكورة سرعان ما انطفأت
  en: Reported lines that lived shortly
purpose: >-
  Lines named as suspect by at least min_reports reports of which nothing is known before or after a span of max_days
  days.
caution: >-
  We only see what we were given: a line may live on at an operator that was never asked.
params:
  max_days: {type: integer, default: 60}
  min_reports: {type: integer, default: 2}
*/
MATCH (p:Phone)<-[m:MENTIONS]-(r:Report)
WHERE m.role CONTAINS 'suspect' AND p.last_s - p.first_s <= $max_days * 86400
WITH p, count(DISTINCT r.uid) AS reports
WHERE reports >= $min_reports
RETURN p.uid AS line, reports AS reports, (p.last_s - p.first_s) / 86400 AS days, p.first_seen AS first,
       p.last_seen AS last
ORDER BY days, reports DESC, line
