/*
title:
  fr: Titulaires successifs ou simultanés d'une ligne
  ar: أصحاب الخط المتعاقبون أو المتزامنون
  en: Holders of a line
purpose: >-
  Who held or used a line or wallet and when, for those with at least min_holders holders.
caution: >-
  A number that changed owner is two people's; compare the dates before joining them.
params:
  identifier: {type: text, default: ""}
  min_holders: {type: integer, default: 1}
*/
MATCH (someone:Person)-[:USES|HOLDS]->(x)
WHERE $identifier = '' OR x.uid = $identifier
WITH x, count(DISTINCT someone.uid) AS holders
WHERE holders >= $min_holders
MATCH (h:Person)-[u:USES|HOLDS]->(x)
RETURN x.uid AS identifier, holders AS holders, h.uid AS holder, type(u) AS relation, u.basis AS basis, u.first AS first,
       u.last AS last
ORDER BY holders DESC, identifier, first, holder, relation
