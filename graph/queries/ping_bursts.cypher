/*
title:
  fr: Lignes qui font sonner beaucoup de numéros sans réponse
  ar: خطوط ترنّ لأرقام كثيرة دون رد
  en: Lines that ring many numbers unanswered
purpose: >-
  Lines that in one day rang at least min_called different numbers, of which at most max_answered (a share) answered.
caution: >-
  Authentication by missed call, surveys and failing diallers look the same: ask whether the called call back.
params:
  min_called: {type: integer, default: 8}
  max_answered: {type: number, default: 0.2}
*/
MATCH (a:Phone)
WHERE a.degree >= $min_called
MATCH (a)-[c:CALLED]->(b)
WHERE c.n_answered IS NOT NULL
WITH a.uid AS line, c.day AS day, count(c) AS called, sum(c.n) AS calls, sum(c.n_answered) AS answered
WHERE called >= $min_called AND answered <= $max_answered * calls
RETURN line AS line, day AS day, called AS called, calls AS calls, answered AS answered
ORDER BY called DESC, line, day
