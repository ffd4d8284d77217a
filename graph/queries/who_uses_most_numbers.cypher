/*
title:
  fr: Qui relie le plus de numéros
  ar: من يربط أكبر عدد من الأرقام
  en: Who connects most numbers
purpose: >-
  People and devices by the number of different lines, SIMs and wallets they use or hold, with how many of those somebody
  else uses too.
caution: >-
  Resellers, shops and families hold many numbers; a contract is not a voice.
params:
  min_numbers: {type: integer, default: 2}
*/
MATCH (a)-[:USES|HOLDS|INSERTED_IN]-(x)
WHERE labels(a)[0] IN ['Person', 'Device'] AND labels(x)[0] IN ['Phone', 'Sim', 'Wallet']
WITH DISTINCT a.uid AS user, labels(a)[0] AS kind, x.uid AS number
WITH number, kind, collect(user) AS users
UNWIND users AS who
WITH who, kind, count(number) AS numbers, sum(CASE WHEN size(users) > 1 THEN 1 ELSE 0 END) AS shared
WHERE numbers >= $min_numbers
RETURN who AS who, kind AS kind, numbers AS numbers, shared AS shared
ORDER BY numbers DESC, shared DESC, who
