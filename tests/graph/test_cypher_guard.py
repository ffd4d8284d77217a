"""Free Cypher: what reads passes, everything else is refused at the token."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph.cypher_guard import REFUSED, check
from graph.cypher_tokens import MAX_LENGTH, tokens, without_comments
from graph.errors import QueryError
from graph.queries import library
from graph.stores.generation import scoped

ATTACKS = [
    "CREATE (n:Phone)",
    "create (n:Phone)",
    "cReAtE (n:Phone)",
    "MERGE (n:Phone {uid: 'x'})",
    "MATCH (n) SET n.x = 1",
    "MATCH (n) SET n += {x: 1} RETURN n",
    "MATCH (n) REMOVE n.x",
    "MATCH (n) DELETE n",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n)DETACH DELETE n",
    "MATCH (n) WITH n DELETE n",
    "MATCH (n) WITH n AS create CREATE (m)",
    "MATCH (n) WHERE n.a = 1 SET n.b = 2",
    "MATCH (n) RETURN n UNION CREATE (m) RETURN m",
    "MATCH (n) RETURN n UNION ALL MERGE (m:X) RETURN m",
    "MATCH (n) WITH * CREATE (m)",
    "WITH 1 AS x CREATE (m)",
    "WITH null CREATE (m)",
    "UNWIND [1, 2] AS x CREATE (m {x: x})",
    "MATCH (n) RETURN n; CREATE (m)",
    "MATCH (n) RETURN n ; ; MATCH (m) DELETE m",
    "MATCH (n) /* RETURN */ DELETE /**/ n",
    "MATCH (n) // RETURN n\n DELETE n",
    "MATCH (n) /* // */ DELETE n",
    "MATCH (n) RETURN n /* never closed",
    "MATCH (n) WHERE n.x = 'a\\\\' DELETE n //'",
    "MATCH (n) WHERE n.x = \"'\" DELETE n //'",
    "MATCH (n:`a```) DELETE n //`)",
    "\\u0043REATE (n)",
    "MATCH (n) WHERE n.x = '\\u0027 DETACH DELETE n //' RETURN n",
    "MATCH (n) \\u0044ELETE n",
    "MATCH (n) WHERE n.x = 'x' \\U00000044ELETE n",
    "MATCH (n) WHERE n.name = 'x\\'' DELETE n //'",
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "LOAD CSV WITH HEADERS FROM 'http://192.0.2.1/x' AS line RETURN line",
    "MATCH (n) LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "WITH 1 AS x LOAD CSV FROM 'x' AS y RETURN y",
    "MATCH (n) FOREACH (x IN [1] | SET n.x = x)",
    "FOREACH (x IN [1] | CREATE (n))",
    "MATCH (n) CALL { CREATE (m) } RETURN n",
    "MATCH (n) CALL (n) { DETACH DELETE n } RETURN 1 AS x",
    "MATCH (n) CALL { WITH n SET n.x = 1 } IN TRANSACTIONS OF 10 ROWS",
    "MATCH (n) CALL { WITH n RETURN 1 AS x } IN TRANSACTIONS RETURN x",
    "CALL dbms.security.createUser('x', 'y')",
    "CALL db.index.fulltext.drop('x')",
    "CALL apoc.load.json('http://192.0.2.1')",
    "CALL apoc.cypher.doIt('CREATE (n)', {})",
    "CALL `apoc.load.json`('x')",
    "CALL db . labels . x ()",
    "MATCH (n) CALL apoc.refactor.rename.label('a', 'b') YIELD total RETURN total",
    "MATCH (n) RETURN apoc.load.html('x') AS x",
    "MATCH (n) RETURN `apoc`.load.json('x') AS x",
    "MATCH (n) RETURN apoc.`load`.json('x') AS x",
    "MATCH (n) WHERE custom.write(n) RETURN n",
    "MATCH (n) RETURN file('x') AS x",
    "RETURN [x IN [1] | evil(x)] AS x",
    "RETURN {a: evil(1)} AS x",
    "USE system MATCH (n) RETURN n",
    "MATCH (n) USE system RETURN n",
    "SHOW USERS",
    "SHOW TRANSACTIONS YIELD *",
    "TERMINATE TRANSACTION 'x'",
    "ALTER USER neo4j SET PASSWORD 'x'",
    "GRANT ROLE admin TO neo4j",
    "DROP INDEX x",
    "DROP DATABASE neo4j",
    "CREATE INDEX FOR (n:Phone) ON (n.uid)",
    "USING PERIODIC COMMIT LOAD CSV FROM 'x' AS y CREATE (n)",
    "CYPHER runtime=parallel MATCH (n) RETURN n",
    "EXPLAIN MATCH (n) RETURN n",
    "PROFILE MATCH (n) DELETE n",
    "INSERT (n:Phone)",
    "MATCH (n) NODETACH DELETE n",
    "MATCH (n) RETURN n FORMAT CSV",
    "FOR VALID_TIME ALL MATCH (n) RETURN n",
    "MATCH (n) RETURN n NEXT CREATE (m)",
    "MATCH (n) LET x = 1 RETURN x",
    "MATCH (n) RETURN n INTO OUTFILE 'x'",
    "MATCH (n:CREATE) RETURN n",
    "OPTIONAL CREATE (n)",
    "MATCH (n) OPTIONAL MERGE (m)",
    "MATCH SHORTEST 1 (n) RETURN n",
    "MATCH (a)-[:CALLED*]->(b) RETURN b",
    "MATCH (a)-[r:CALLED*2..]->(b) RETURN b",
    "MATCH (a)-[*..200]-(b) RETURN b",
    "MATCH (a)<-[*2.. {n: 3}]-(b) RETURN b",
    "MATCH (t:Transfer)-->(p) WITH p, t.currency AS c, count(*) AS n MATCH (p)<--(t) RETURN t.uid AS t",
    "MATCH (a)-[r]->(b) WITH a MATCH (a)-[r]->(c) RETURN c.uid AS c",
    "MATCH p = (a)-->(b) WITH b MATCH p = (b)-->(c) RETURN length(p) AS n",
    "MATCH (n RETURN n",
    "MATCH (n)) RETURN n",
    "MATCH (n) RETURN n]",
    "MATCH (n) RETURN 'open",
    "MATCH (n) RETURN `open",
    "MATCH (n) RETURN \u200b n",
    "MATCH (n) ＤＥＬＥＴＥ n",
    "MATCH (n) \u017fET n.x = 1",
    "MATCH (n) SET n:Ring",
    "MATCH (n) REMOVE n:Phone",
    "MERGE (n:Phone) ON CREATE SET n.x = 1 ON MATCH SET n.x = 2",
    "MATCH (n) RETURN n.uid AS x ORDER BY x LIMIT 1 DELETE n",
    "MATCH (n) WHERE EXISTS { CREATE (m) } RETURN n",
    "MATCH (n) RETURN COUNT { MATCH (m) DELETE m RETURN m } AS x",
    "RETURN COLLECT { MERGE (m:X) RETURN m.uid } AS x",
    "CALL { CALL { MATCH (n) DETACH DELETE n } RETURN 1 AS x } RETURN x",
    "CALL { USE system SHOW USERS } RETURN 1 AS x",
    "load csv from 'x' as y return y",
    "LOAD/**/CSV FROM 'x' AS y RETURN y",
    "LOAD\nCSV\nFROM 'x' AS y RETURN y",
    "LOAD CSV FROM $url AS y RETURN y",
    "`LOAD` CSV FROM 'x' AS y RETURN y",
    "MATCH (n) WITH n LIMIT 1 LOAD CSV FROM n.url AS y RETURN y",
    "MATCH (n) /* /* */ DELETE n */ RETURN n",
    "/**/CREATE/**/(n)",
    "//\nCREATE (n)",
    "//\rCREATE (n)",
    "MATCH (n) RETURN n //\r; DELETE n",
    "MATCH (n) RETURN n;CREATE (m);",
    ";CREATE (m)",
    "eXpLaIn CREATE (n)",
    "PROFILE CALL db.labels()",
    "CYPHER 5 CREATE (n)",
    "USE graph.byName('system') MATCH (n) RETURN n",
    "CALL db.labels() YIELD label CALL db.createLabel(label) RETURN label",
    "CALL db.createProperty('x')",
    "CALL db.clearQueryCaches()",
    "CALL dbms.listConfig() YIELD name, value RETURN name, value",
    "CALL dbms.killQueries(['x'])",
    "CALL tx.setMetaData({x: 1})",
    "CALL apoc.periodic.iterate('MATCH (n) RETURN n', 'DELETE n', {})",
    "CALL apoc.export.csv.all('/tmp/x', {})",
    "CALL gds.graph.project('g', '*', '*')",
    "CALL save_graph('/tmp/x')",
    "CALL\u00a0dbms.security.listUsers()",
    "MATCH (n) RETURN apoc.cypher.runFirstColumnSingle('CREATE (m) RETURN m', {}) AS x",
    "START DATABASE neo4j",
    "STOP DATABASE neo4j",
    "CREATE USER x SET PASSWORD 'y'",
    "CREATE CONSTRAINT FOR (n:Phone) REQUIRE n.uid IS UNIQUE",
    "DENY TRAVERSE ON GRAPH * TO PUBLIC",
    "RENAME USER neo4j TO x",
    "ENABLE SERVER 'x'",
    "SHOW SETTINGS",
    "CR\u0395ATE (n)",
    "\u0421REATE (n)",
    "CRE\u200dATE (n)",
    "CREATE\u2028(n)",
    "MATCH (n) \ufeffDELETE n",
    "MATCH (n) D\u0415LETE n",
    "MATCH (n) \x00 RETURN n",
    "MATCH (n) RETURN n\x1aDELETE n",
    "",
    "   ",
    "// only a comment",
    "n" * (MAX_LENGTH + 1),
]

READS = [
    "MATCH (n) RETURN n",
    "MATCH (n:Phone) WHERE n.uid = $uid RETURN n.uid AS uid;",
    "MATCH (n:Phone {uid: 'CREATE (x) // DELETE'}) RETURN n.set AS delete_me, n.`create` AS c",
    "MATCH (n) WHERE n.text = 'it\\'s; DELETE' RETURN count(*) AS n // DELETE\n",
    "MATCH p = shortestPath((a:Phone)-[*..6]-(b:Phone)) WHERE a.uid <> b.uid RETURN length(p) AS n",
    "MATCH (a)-[r:CALLED|SENT*1..3]->(b) RETURN DISTINCT b.uid AS b ORDER BY b DESC SKIP 1 LIMIT 5",
    "OPTIONAL MATCH (n:`a label`)--(m) RETURN CASE WHEN m IS NULL THEN 0 ELSE 1 END AS x",
    "MATCH (n) WITH *, 1 AS one WHERE one IN [1, 2] RETURN n.uid AS uid, {set: one, `x`: [y IN [3] | y * 2]} AS m",
    "MATCH (n) WHERE EXISTS { (n)--(:Ring) } AND NOT (n)-[:HOLDS]->(:Wallet) RETURN COUNT { (n)--() } AS c",
    "CALL { MATCH (n:Phone) RETURN n UNION MATCH (n:Email) RETURN n } RETURN n.uid AS uid",
    "MATCH (n) CALL (n) { MATCH (n)--(m) RETURN count(m) AS c } RETURN n.uid AS uid, c",
    "CALL db.labels() YIELD label RETURN label",
    "UNWIND $rows AS row MATCH (n:Phone {uid: row.uid}) RETURN toLower(n.uid) AS uid, row[0] - 1 * 2 AS x",
    "WITH date('2024-01-01') AS d RETURN d STARTS WITH 'x' AS a, reduce(s = 0, x IN [1] | s + x) AS c",
    "MATCH (a) WHERE all(x IN [1] WHERE x = 1) WITH a, 1 AS n MATCH (a)--(b) WITH b AS a MATCH (a) RETURN a.uid AS a",
    "MATCH (role:Person)-[r:USES]->(next) RETURN next.uid AS index, role.uid AS graph",
    "/* a comment */ MATCH (n) RETURN n.x =~ '.*' AS هاتف",
    "MATCH (n:Phone) WHERE n.uid = 'create' OR n.uid CONTAINS 'LOAD CSV FROM' RETURN n.uid AS uid",
    'MATCH (n) WHERE n.uid = "; DROP INDEX x; DETACH DELETE n" RETURN n.uid AS uid',
    "MATCH (n) WHERE n.uid STARTS WITH '/* delete' AND n.uid ENDS WITH 'merge */' RETURN n.uid AS uid",
    "MATCH (created)-[setting:CALLED]->(removed) RETURN created.uid AS a, removed.uid AS b ORDER BY a, b",
    "// CREATE (n)\nMATCH (n) /* SET n.x = 1 */ RETURN count(n) AS loaded",
    "MATCH (n) RETURN {create: n.uid, `delete`: n.merge, call: 'USE system'} AS made ORDER BY n.uid",
    "MATCH (n) RETURN '\\' DELETE n //' AS text",
    "MATCH (n) WHERE n.uid IN ['EXPLAIN', 'PROFILE', $word] RETURN count(n) AS n",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_whatever_does_not_only_read_is_refused(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        check(text)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", READS)
def test_what_reads_passes(text: str) -> None:
    assert check(text)[-1].kind == "end"


def test_the_library_passes() -> None:
    for query in library():
        check(query.text)


def test_the_message_points_at_the_token() -> None:
    with pytest.raises(QueryError) as caught:
        check("MATCH (n:Phone)\nWHERE n.uid = 'x'  DELETE n")
    assert "DELETE is not allowed. (line 2, column 20)" in caught.value.message
    assert caught.value.message.splitlines()[-1].index("^") == 2 + 19
    assert "MATCH" in caught.value.hint


@given(st.sampled_from(sorted(REFUSED)), st.sampled_from(READS), st.randoms(use_true_random=False))
def test_no_refused_word_passes_in_any_gap(word: str, text: str, random: object) -> None:
    """Between any two tokens of a query that reads, except where a plain name is meant (``n.set``, ``{set: 1}``)."""
    items = tokens(text)
    for index, token in enumerate(items[:-1]):
        if token.text in (".", "$") or items[index + 1].text in (":",):
            continue
        cut = items[index + 1].start
        with pytest.raises(QueryError):
            check(f"{text[:cut]} {word} {text[cut:]}" if token.text != "//" else f"{word} {text}")


@given(st.text(alphabet="MATCHRETURNnm ()[]{}<>-:*.,'\"`/\\$;|=12\n", max_size=60))
@example("''\\")
@example("`a")
def test_junk_is_refused_or_passes_but_never_crashes(text: str) -> None:
    try:
        scoped(text, check(text))
    except QueryError as error:
        assert "line" in error.message or "characters" in error.message


@given(st.sampled_from(READS), st.randoms(use_true_random=False))
def test_comments_say_nothing(text: str, random: Random) -> None:
    """A comment between any two tokens leaves the tokens as they are, and blanks in its place."""
    items = tokens(text)
    at = random.choice(items).start
    commented = f"{text[:at]}/* DELETE '\n*/{text[at:]}"
    blank = without_comments(commented)
    assert [item.text for item in tokens(blank)] == [item.text for item in items]
    assert len(blank) == len(commented)
    assert "DELETE '" not in blank


SCOPED = [
    ("MATCH (n) RETURN n", "MATCH (n:Entity {gen: $halqa_gen} ) RETURN n"),
    ("MATCH (n:Phone) RETURN n", "MATCH (n:Phone {gen: $halqa_gen} ) RETURN n"),
    ("MATCH (:A|B {x: 1}) RETURN 1 AS x", "MATCH (:A|B {gen: $halqa_gen, x: 1}) RETURN 1 AS x"),
    ("MATCH (n {}) RETURN n", "MATCH (n :Entity {gen: $halqa_gen}) RETURN n"),
    (
        "MATCH (a)-[r:SENT]->(b), (c:X) RETURN (a.x) - [1][0] AS x",
        "MATCH (a:Entity {gen: $halqa_gen} )-[r:SENT]->(b), (c:X {gen: $halqa_gen} ) RETURN (a.x) - [1][0] AS x",
    ),
    (
        "MATCH (a:X WHERE a.n > 1) WHERE NOT (a)<-[:R]-(:Y) RETURN size([(a)--(b) | b.uid]) AS n",
        (
            "MATCH (a:X {gen: $halqa_gen} WHERE a.n > 1) WHERE NOT (a:Entity {gen: $halqa_gen} )<-[:R]-(:Y) "
            "RETURN size([(a:Entity {gen: $halqa_gen} )--(b) | b.uid]) AS n"
        ),
    ),
    (
        "MATCH (n) WHERE EXISTS { (m:X) } AND EXISTS { MATCH (k) } RETURN n",
        (
            "MATCH (n:Entity {gen: $halqa_gen} ) WHERE EXISTS { (m:X {gen: $halqa_gen} ) } "
            "AND EXISTS { MATCH (k:Entity {gen: $halqa_gen} ) } RETURN n"
        ),
    ),
    (
        "MATCH p = shortestPath((a)-[*..3]-(b)) RETURN size(nodes(p)) - length(p) AS n",
        (
            "MATCH p = shortestPath((a:Entity {gen: $halqa_gen} )-[*..3]-(b:Entity {gen: $halqa_gen} )) "
            "RETURN size(nodes(p)) - length(p) AS n"
        ),
    ),
    (
        "MATCH (a:X)-[:R]->(b:Y {n: 1, uid: $b})<--(c) RETURN c",
        "MATCH (a:X {gen: $halqa_gen} )-[:R]->(b:Y {gen: $halqa_gen, n: 1, uid: $b})<--(c) RETURN c",
    ),
    (
        "MATCH (a:X)--(b)-->(c:Y), (a)--({n: {uid: 1}}) WHERE b.uid IN $some AND 'c' = c.uid RETURN a.uid - 1 AS n",
        (
            "MATCH (a:X {gen: $halqa_gen} )--(b:Entity {gen: $halqa_gen} )-->(c:Y {gen: $halqa_gen} ), "
            "(a:Entity {gen: $halqa_gen} )--({n: {uid: 1}}) "
            "WHERE b.uid IN $some AND 'c' = c.uid RETURN a.uid - 1 AS n"
        ),
    ),
    (
        "MATCH (a:X {uid: 1})<-[r]-(b)<--(c)-->(d:Y {uid: 2})--(e) WHERE b.uid IN $some AND e.uid = 3 RETURN d",
        (
            "MATCH (a:X {gen: $halqa_gen, uid: 1})<-[r]-(b)<--(c)-->(d:Y {uid: 2})--(e) "
            "WHERE b.uid IN $some AND e.uid = 3 RETURN d"
        ),
    ),
    (
        "MATCH (a:X)<-[r]-(b)<--(c)-->(d:Y {uid: 2}), shortestPath((f {uid: 4})-[*..4]-(g)) RETURN d",
        (
            "MATCH (a:X {gen: $halqa_gen} )<-[r]-(b)<--(c)-->(d:Y {gen: $halqa_gen, uid: 2}), "
            "shortestPath((f :Entity {gen: $halqa_gen, uid: 4})-[*..4]-(g:Entity {gen: $halqa_gen} )) RETURN d"
        ),
    ),
    (
        "MATCH (a:X {uid: 1})-[r {uid: 2}]->(b) WHERE r.uid = b.n RETURN a {.uid, n: 3} AS a, 5 -(b.n) AS n",
        (
            "MATCH (a:X {gen: $halqa_gen, uid: 1})-[r {uid: 2}]->(b) WHERE r.uid = b.n "
            "RETURN a {.uid, n: 3} AS a, 5 -(b.n) AS n"
        ),
    ),
    ("WITH 1 AS a, (2) AS b RETURN (a) + (b) AS c", "WITH 1 AS a, (2) AS b RETURN (a) + (b) AS c"),
]


@pytest.mark.parametrize(("text", "wanted"), SCOPED)
def test_every_pattern_is_limited_to_one_generation(text: str, wanted: str) -> None:
    assert " ".join(scoped(text, check(text)).split()) == " ".join(wanted.split())


def test_a_node_given_as_a_parameter_is_refused() -> None:
    text = "MATCH (n:Phone $props) RETURN n"
    with pytest.raises(QueryError, match="Write the node out"):
        scoped(text, check(text))
