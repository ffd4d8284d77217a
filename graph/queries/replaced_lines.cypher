/*
title:
  fr: Lignes qui se suivent dans un même appareil
  ar: خطوط تعاقبت في جهاز واحد
  en: Lines that follow each other in one device
purpose: >-
  Lines of a device that began within the given days of the end of another line there: the burner and what replaced
  it.
caution: >-
  A new contract, a second-hand telephone and a repair shop look the same.
params:
  within_days: {type: integer, default: 30}
  max_lines: {type: integer, default: 20}
*/
MATCH (line:Phone)-[:HAS_SIM]->(s:Sim)-[i:INSERTED_IN]->(d:Device)
WITH d, line, min(i.first_s) AS began, max(i.last_s) AS ended, min(i.first) AS first, max(i.last) AS last
WITH d, collect([line.uid, began, ended, first, last]) AS lines
WHERE size(lines) >= 2 AND size(lines) <= $max_lines
UNWIND lines AS a
UNWIND lines AS b
WITH d, a[0] AS old, b[0] AS new, a[2] AS ended_s, b[1] AS began_s, a[4] AS ended, b[3] AS began
WHERE old <> new AND began_s >= ended_s AND began_s - ended_s <= $within_days * 86400
RETURN d.uid AS device, old AS old_line, new AS new_line, ended AS ended, began AS began, began_s - ended_s AS gap_s
ORDER BY gap_s, device, old_line, new_line
