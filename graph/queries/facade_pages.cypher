/*
title:
  fr: Pages qui visent des gens, puis demandent ou retirent
  ar: صفحات تستهدف أشخاصا ثم تطلب أو تحذف
  en: Pages that target people, then demand or take down
purpose: >-
  Pages with at least min_targets different targets, how many of those were met with a demand, paid or reported within
  the given days of a post, and how many posts were removed.
caution: >-
  Journalists, activists and campaigns name people as well. Never on topic or tone: it needs two statements or a money
  link, and a supervisor.
params:
  within_days: {type: integer, default: 30}
  min_targets: {type: integer, default: 1}
*/
MATCH (page)-[:PUBLISHED]->(post:Publication)-[:TARGETS]->(who)
OPTIONAL MATCH (who)<-[f:DEMANDED_FROM]-(:Demand)
WITH page, post, who, sum(CASE WHEN f.first_s >= post.first_s - $within_days * 86400
     AND f.first_s <= post.first_s + $within_days * 86400 THEN 1 ELSE 0 END) AS demands
OPTIONAL MATCH (who)-[s:SENT]->(:Transfer)
WITH page, post, who, demands, sum(CASE WHEN s.first_s >= post.first_s
     AND s.first_s <= post.first_s + $within_days * 86400 THEN 1 ELSE 0 END) AS payments
OPTIONAL MATCH (who)<-[:REPORTED_BY]-(r:Report)-[:MENTIONS]->(page)
WITH page, post, who, demands, payments, count(DISTINCT r.uid) AS reports
WITH page, who, count(post) AS posts, sum(CASE WHEN post.removed_at IS NULL THEN 0 ELSE 1 END) AS removed,
     sum(demands) AS demands, sum(payments) AS payments, max(reports) AS reports, min(post.first_seen) AS first,
     max(post.first_seen) AS last
WITH page, count(who) AS targets, sum(posts) AS posts, sum(removed) AS removed,
     sum(CASE WHEN demands > 0 THEN 1 ELSE 0 END) AS demanded, sum(CASE WHEN payments > 0 THEN 1 ELSE 0 END) AS paid,
     sum(CASE WHEN reports > 0 THEN 1 ELSE 0 END) AS reported, min(first) AS first, max(last) AS last
WHERE targets >= $min_targets
RETURN page.uid AS page, targets AS targets, posts AS posts, removed AS removed, demanded AS demanded, paid AS paid,
       reported AS reported, first AS first, last AS last
ORDER BY demanded DESC, paid DESC, targets DESC, page
