/*
title:
  fr: Comptes créés ensemble autour d'un même moyen
  ar: حسابات أُنشئت معا حول وسيلة واحدة
  en: Accounts made together on one device or recovery
purpose: >-
  Devices, e-mails and numbers with at least min_accounts accounts, and how many of those were first seen within the
  given days at most.
caution: >-
  Cyber cafés, schools, repair shops and agencies run many accounts; a farm makes them in days. Raise max_accounts to
  see public devices.
params:
  min_accounts: {type: integer, default: 2}
  max_accounts: {type: integer, default: 30}
  within_days: {type: integer, default: 30}
*/
MATCH (a:Account)-[:USES|RECOVERY_OF]-(k)
WHERE labels(k)[0] IN ['Device', 'Email', 'Phone']
WITH DISTINCT k, a
WITH k, collect(a.first_s) AS times
WHERE size(times) >= $min_accounts AND size(times) <= $max_accounts
UNWIND times AS began
WITH k, times, size([one IN times WHERE one >= began AND one - began <= $within_days * 86400]) AS together
WITH k, size(times) AS accounts, max(together) AS together
RETURN k.uid AS means, labels(k)[0] AS kind, accounts AS accounts, together AS together
ORDER BY together DESC, accounts DESC, means
