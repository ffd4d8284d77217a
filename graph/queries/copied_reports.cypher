/*
title:
  fr: Signalements au même texte
  ar: بلاغات بالنص نفسه
  en: Reports with the same text
purpose: >-
  Groups of at least min_copies reports whose narratives have the same words, with the first twenty of each: one voice, however many papers.
caution: >-
  A form letter that victims share is copied in good faith.
params:
  min_copies: {type: integer, default: 2}
*/
MATCH (r:Report)
WHERE r.text_hash IS NOT NULL
WITH r ORDER BY r.uid
WITH r.text_hash AS text_hash, collect(r.uid) AS reports, min(r.received_at) AS first, max(r.received_at) AS last
WHERE size(reports) >= $min_copies
RETURN text_hash AS text_hash, size(reports) AS copies, reports[0..20] AS reports, first AS first, last AS last
ORDER BY copies DESC, text_hash
