/*
title:
  fr: Signalements rattachés à aucun réseau
  ar: بلاغات غير مرتبطة بأي شبكة
  en: Reports not yet in a ring
purpose: >-
  Reports none of whose identifiers belongs to a ring, the latest first; a category narrows the list.
caution: >-
  Most reports stay alone for ever; that says nothing about how serious they are.
params:
  category: {type: text, default: ""}
*/
MATCH (r:Report)
WHERE NOT EXISTS { (r)-[:MENTIONS]->()<-[:HAS_MEMBER]-(:Ring) } AND ($category = '' OR r.category = $category)
OPTIONAL MATCH (r)-[:MENTIONS]->(x)
WITH r, count(DISTINCT x.uid) AS identifiers
RETURN r.uid AS report, r.received_at AS received_at, r.category AS category, identifiers AS identifiers
ORDER BY received_at DESC, report
