/*
title:
  fr: Les réseaux et leurs indices
  ar: الشبكات وقرائنها
  en: Rings and what speaks for them
purpose: >-
  Rings with their status, score, typologies and custodians; a typology (T01 to T16) or a status narrows the list.
caution: >-
  A ring is a hypothesis with reasons; read those before acting.
params:
  typology: {type: text, default: ""}
  status: {type: text, default: ""}
*/
MATCH (g:Ring)
WHERE ($status = '' OR g.status = $status) AND ($typology = '' OR $typology IN coalesce(g.typologies, []))
RETURN g.ring AS ring, g.status AS status, g.score AS score, g.typologies AS typologies,
       g.source_types AS source_types, g.reports AS reports, g.victims AS victims, g.degree AS members
ORDER BY score DESC, ring
