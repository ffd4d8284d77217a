/*
title:
  fr: Comptes liés par une même récupération
  ar: حسابات تشترك في وسيلة استرجاع
  en: Accounts with the same recovery line or e-mail
purpose: >-
  Recovery numbers and e-mails with their accounts, and the rings those accounts belong to.
caution: >-
  Cyber cafés and helpful friends recover accounts of many people.
params:
  min_accounts: {type: integer, default: 1}
*/
MATCH (x)-[:RECOVERY_OF]->(a)
OPTIONAL MATCH (g:Ring)-[:HAS_MEMBER]->(a)
WITH DISTINCT x, a.uid AS account, g.ring AS ring
ORDER BY account, ring
WITH x, collect(DISTINCT account) AS accounts, collect(DISTINCT ring) AS rings
WHERE size(accounts) >= $min_accounts
RETURN x.uid AS recovery, labels(x)[0] AS kind, size(accounts) AS n_accounts, accounts[0..20] AS accounts, rings AS rings
ORDER BY n_accounts DESC, recovery
