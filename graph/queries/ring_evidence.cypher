/*
title:
  fr: Les pièces sur lesquelles repose un réseau
  ar: المستندات التي تقوم عليها شبكة
  en: The records a ring rests on
purpose: >-
  Reports and transfers that a ring's typologies rest on, with the typologies each serves.
caution: >-
  Records that are no nodes of the graph (calls, rows of a list) are not here: `halqa ring` gives all.
params:
  ring: {type: text, default: ""}
  typology: {type: text, default: ""}
*/
MATCH (g:Ring)-[s:SHOWN_BY]->(r)
WHERE ($ring = '' OR g.ring = $ring) AND ($typology = '' OR s.typology = $typology)
WITH g, r, s.typology AS typology
ORDER BY typology
WITH g, r, collect(typology) AS typologies
RETURN g.ring AS ring, r.uid AS record, labels(r)[0] AS kind, typologies AS typologies, r.first_seen AS at
ORDER BY ring, at, record
