/*
title:
  fr: Pages et leurs administrateurs
  ar: الصفحات ومن يديرها
  en: Pages and who administers them
purpose: >-
  Pages with their administrators, how long they were seen to administer, and how many reports name the page.
caution: >-
  Many pages have honest administrators beside others; a platform's word on who administers is dated.
params:
  page: {type: text, default: ""}
*/
MATCH (admin)-[d:ADMINISTERS]->(page)
WHERE $page = '' OR page.uid = $page
OPTIONAL MATCH (r:Report)-[:MENTIONS]->(page)
WITH page, admin, d, count(DISTINCT r.uid) AS reports
RETURN page.uid AS page, admin.uid AS administrator, labels(admin)[0] AS kind, d.first AS first, d.last AS last,
       reports AS reports
ORDER BY reports DESC, page, administrator
