/*
title:
  fr: Bénéficiaires communs à deux réseaux
  ar: مستفيدون مشتركون بين شبكتين
  en: Payees common to two rings
purpose: >-
  Payees that reports name together with members of two or more rings; give ring_a and ring_b to ask about two of them.
caution: >-
  A payee who serves two crews may be a hired mule; that alone does not make them one ring.
params:
  ring_a: {type: text, default: ""}
  ring_b: {type: text, default: ""}
*/
MATCH (g:Ring)-[:HAS_MEMBER]->(x)<-[:MENTIONS]-(r:Report)-[m:MENTIONS]->(payee)
WHERE m.role CONTAINS 'payee'
WITH payee, g.ring AS ring, count(DISTINCT r.uid) AS reports
ORDER BY ring
WITH payee, collect(ring) AS rings, sum(reports) AS reports
WHERE size(rings) >= 2 AND ($ring_a = '' OR $ring_a IN rings) AND ($ring_b = '' OR $ring_b IN rings)
RETURN payee.uid AS payee, labels(payee)[0] AS kind, rings AS rings, reports AS reports
ORDER BY reports DESC, payee
