/*
title:
  fr: Mêmes images dans plusieurs signalements
  ar: الصور نفسها في عدة بلاغات
  en: The same picture in several reports
purpose: >-
  Pictures and videos, by their fingerprint, that at least min_reports reports bring, with how many suspects those
  name.
caution: >-
  Stolen pictures of a real woman and memes go round; who is in the picture is a victim.
params:
  min_reports: {type: integer, default: 2}
*/
MATCH (m:MediaItem)<-[:MENTIONS]-(r:Report)
WITH m, count(DISTINCT r.uid) AS reports, min(r.received_at) AS first, max(r.received_at) AS last
WHERE reports >= $min_reports
OPTIONAL MATCH (m)<-[:MENTIONS]-(told:Report)-[k:MENTIONS]->(x)
WHERE k.role CONTAINS 'suspect'
WITH m, reports, first, last, count(DISTINCT x.uid) AS suspects
RETURN m.uid AS media, reports AS reports, suspects AS suspects, first AS first, last AS last
ORDER BY reports DESC, suspects DESC, media
