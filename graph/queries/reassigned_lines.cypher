/*
title:
  fr: Lignes qui ont changé de titulaire
  ar: خطوط تغيّر صاحبها
  en: Lines that changed hands
purpose: >-
  Lines and wallets of which one contract ended before another began, with both holders: before joining what happened
  before and after.
caution: >-
  A contract in one name may be used by another; operators also close and reopen one customer's line.
params:
  identifier: {type: text, default: ""}
*/
MATCH (old:Person)-[u:USES|HOLDS]->(x)<-[v:USES|HOLDS]-(new:Person)
WHERE ($identifier = '' OR x.uid = $identifier) AND u.basis CONTAINS 'registered' AND v.basis CONTAINS 'registered'
  AND u.open IS NULL AND u.last_s <= v.first_s AND old.uid <> new.uid
OPTIONAL MATCH (r:Report)-[:MENTIONS]->(x)
WITH x, old, new, u, v, count(DISTINCT r.uid) AS reports
RETURN x.uid AS identifier, old.uid AS until_then, u.last AS ended, new.uid AS since_then, v.first AS began,
       reports AS reports
ORDER BY reports DESC, identifier, ended, began, until_then, since_then
