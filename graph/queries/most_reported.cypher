/*
title:
  fr: Identifiants les plus signalés
  ar: المعرّفات الأكثر ذكرا في البلاغات
  en: Most reported identifiers
purpose: >-
  Identifiers by number of reports that name them as suspect, in one category or all.
caution: >-
  Being named often is no proof: public numbers, copied texts and innocent spoofed numbers are named often.
params:
  category: {type: text, default: ""}
  min_reports: {type: integer, default: 1}
*/
MATCH (r:Report)-[m:MENTIONS]->(x)
WHERE m.role CONTAINS 'suspect' AND ($category = '' OR r.category = $category)
WITH x, count(DISTINCT r.uid) AS reports, min(r.received_at) AS first, max(r.received_at) AS last
WHERE reports >= $min_reports
RETURN x.uid AS identifier, labels(x)[0] AS kind, reports AS reports, first AS first, last AS last
ORDER BY reports DESC, identifier
