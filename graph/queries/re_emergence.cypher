/*
title:
  fr: Réapparition sous un autre identifiant
  ar: عودة الظهور بمعرّف آخر
  en: Back under another identifier
purpose: >-
  Pairs of identifiers with a device, SIM, e-mail, number or account between them, of which the second was first named
  after the last report that named the first, within the given days.
caution: >-
  Recycled numbers and second-hand telephones come back with other people; compare holders and dates.
params:
  within_days: {type: integer, default: 60}
  max_degree: {type: integer, default: 20}
*/
MATCH (r:Report)-[m:MENTIONS]->(old)
WHERE m.role CONTAINS 'suspect'
WITH old, max(r.first_s) AS silent_s, max(r.received_at) AS last_named
MATCH (old)-[:USES|RECOVERY_OF|HAS_SIM|INSERTED_IN|ADMINISTERS]-(k)-[:USES|RECOVERY_OF|HAS_SIM|INSERTED_IN|ADMINISTERS]-(new)
WHERE k.degree <= $max_degree AND old.uid <> new.uid AND labels(k)[0] IN ['Device', 'Sim', 'Email', 'Phone', 'Account', 'Page']
WITH old, silent_s, last_named, new, count(DISTINCT k.uid) AS shared, min(k.uid) AS through
MATCH (n:Report)-[named:MENTIONS]->(new)
WHERE named.role CONTAINS 'suspect'
WITH old, silent_s, last_named, new, shared, through, min(n.first_s) AS back_s, min(n.received_at) AS first_named
WHERE back_s > silent_s AND back_s - silent_s <= $within_days * 86400
RETURN old.uid AS gone, new.uid AS back, labels(new)[0] AS kind, shared AS shared, through AS through,
       last_named AS last_named, first_named AS first_named
ORDER BY first_named, gone, back
