/*
title:
  fr: Lignes passées dans un même appareil
  ar: خطوط استُعملت في جهاز واحد
  en: Lines used in one device
purpose: >-
  Devices in which at least two lines were seen, up to max_lines of them.
caution: >-
  Shops, repairers and second-hand telephones hold many lines: raise max_lines to see them.
params:
  max_lines: {type: integer, default: 30}
*/
MATCH (line:Phone)-[:HAS_SIM|INSERTED_IN|USES*1..2]->(d:Device)
WITH DISTINCT d, line.uid AS line
ORDER BY line
WITH d, collect(line) AS lines
WHERE size(lines) >= 2 AND size(lines) <= $max_lines
RETURN d.uid AS device, size(lines) AS n_lines, lines AS lines, d.first_seen AS first, d.last_seen AS last
ORDER BY n_lines DESC, device
