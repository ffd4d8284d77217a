/*
title:
  fr: Infrastructure commune, non suspecte
  ar: بنية مشتركة غير مشتبه فيها
  en: Shared infrastructure, not suspected
purpose: >-
  Public numbers, outlets, devices and addresses that rings touch and that join nobody, with the reason and the rings.
caution: >-
  They are shown so that nobody takes them for members.
params:
  min_rings: {type: integer, default: 1}
*/
MATCH (g:Ring)-[s:SHARES]->(x)
WITH x, s.reason AS reason, g.ring AS ring
ORDER BY ring
WITH x, reason, collect(DISTINCT ring) AS rings
WHERE size(rings) >= $min_rings
RETURN x.uid AS identifier, labels(x)[0] AS kind, reason AS reason, size(rings) AS n_rings, rings AS rings
ORDER BY n_rings DESC, identifier, reason
