/*
title:
  fr: Appareils vus ensemble
  ar: أجهزة شوهدت معا
  en: Devices seen together
purpose: >-
  Pairs of devices whose lines or accounts were behind one address within the given minutes of each other, at least
  min_times.
caution: >-
  An address can be a café, a school or a whole operator (CGNAT): pairs at an address of more than max_at_address
  devices are left out.
params:
  within_minutes: {type: integer, default: 720}
  min_times: {type: integer, default: 2}
  max_at_address: {type: integer, default: 30}
*/
MATCH (d:Device)<-[:USES|INSERTED_IN]-()-[:SEEN_AT]->(ip:IpEvent)
WHERE ip.address IS NOT NULL
WITH DISTINCT d, ip.address AS address, ip.first_s AS at
WITH address, count(DISTINCT d.uid) AS devices, collect([d.uid, at]) AS seen
WHERE devices >= 2 AND devices <= $max_at_address
UNWIND seen AS one
UNWIND seen AS other
WITH address, one[0] AS a, other[0] AS b, one[1] AS s, other[1] AS t
WHERE a < b AND s - t <= $within_minutes * 60 AND t - s <= $within_minutes * 60
WITH a, b, count(*) AS times, count(DISTINCT address) AS addresses
WHERE times >= $min_times
RETURN a AS device, b AS other, times AS times, addresses AS addresses
ORDER BY times DESC, device, other
