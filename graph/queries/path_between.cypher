/*
title:
  fr: Le plus court chemin entre deux identifiants
  ar: أقصر طريق بين معرّفين
  en: The shortest way between two identifiers
purpose: >-
  The shortest chains of evidence between two identifiers, at most six steps; an end that is not given is a first
  member of the first ring.
caution: >-
  A chain through a victim, a shop or a public number joins nobody; `halqa path` goes round hubs.
params:
  a: {type: text, default: ""}
  b: {type: text, default: ""}
*/
OPTIONAL MATCH (g:Ring)-[m:HAS_MEMBER]->(member)
WITH member.uid AS uid, g.ring AS ring, m.score AS score
ORDER BY ring, score DESC, uid
WITH collect(uid) AS firsts
WITH CASE WHEN $a = '' THEN firsts[0] ELSE $a END AS from_uid, CASE WHEN $b = '' THEN firsts[1] ELSE $b END AS to_uid
WHERE from_uid <> to_uid
MATCH (x:Entity)
WHERE x.uid = from_uid
MATCH (y:Entity)
WHERE y.uid = to_uid
MATCH p = allShortestPaths(
  (x)-[:ABOUT|ADMINISTERS|ASSOCIATED_WITH|ATTENDED|CALLBACK|CALLED|CONTACTED|DEMANDED|DEMANDED_FROM|DIVERTED_TO|
       EMPLOYED_BY|FAMILY|HAS_SIM|HOLDS|INSERTED_IN|KNOWS|MANAGES|MEMBER_OF|MENTIONS|PAY_TO|PRESENTS_AS|RECEIVED|
       RECOVERY_OF|REPORTED_BY|SENT|SETTLES|USES*..6]-(y)
)
WITH DISTINCT [n IN nodes(p) | n.uid] AS nodes, [r IN relationships(p) | type(r)] AS relations
WITH nodes, relations, reduce(text = '', part IN nodes + relations | text + ' ' + part) AS spelt
RETURN size(relations) AS steps, nodes AS nodes, relations AS relations
ORDER BY spelt
