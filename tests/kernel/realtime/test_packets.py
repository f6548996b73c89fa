"""Packets of Engine.IO 4 and Socket.IO 5: as their texts say, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix.kernel.realtime.protocol import engine
from phoenix.kernel.realtime.protocol.engine import Opening, ProtocolError, opening, read_payload, read_text, write_payload
from phoenix.kernel.realtime.protocol.packets import DEEPEST, MOST_ATTACHMENTS, Kind, Packet, Reader, write

CONNECT, DISCONNECT, EVENT, ACK, ERROR = Kind.CONNECT, Kind.DISCONNECT, Kind.EVENT, Kind.ACK, Kind.CONNECT_ERROR


def test_the_first_packet_says_what_a_client_must_know() -> None:
    sent = opening(Opening("abc", ("websocket",), 25_000, 20_000, 16_384))
    assert sent == '0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":16384}'


@pytest.mark.parametrize(
    ("body", "packets"),
    [
        ("4hello", [engine.Packet("4", "hello")]),
        ("4a\x1e4b\x1e3", [engine.Packet("4", "a"), engine.Packet("4", "b"), engine.Packet("3")]),
        ("4hello\x1ebAQIDBA==", [engine.Packet("4", "hello"), engine.Packet("4", b"\1\2\3\4")]),
        ("2probe", [engine.Packet("2", "probe")]),
    ],
)
def test_a_payload_is_its_packets(body: str, packets: list[engine.Packet]) -> None:
    assert read_payload(body, 3) == packets


@pytest.mark.parametrize("body", ["", "abc", "4a\x1e", "\x1e4a", "7", "bA", "b****", "b\u00e9", "4a\x1e4b\x1e4c\x1e4d"])
def test_what_is_no_payload_is_refused(body: str) -> None:
    with pytest.raises(ProtocolError):
        read_payload(body, 3)


def test_a_payload_holds_texts_and_bytes_in_order() -> None:
    assert write_payload(["4hello", b"\1\2\3\4", "2"]) == "4hello\x1ebAQIDBA==\x1e2"


@given(st.text())
def test_any_text_is_a_packet_or_refused(text: str) -> None:
    try:
        assert read_text(text).kind in engine.KINDS
    except ProtocolError:
        assert text[:1] not in engine.KINDS or not text


EXAMPLES: list[tuple[str, Packet]] = [
    ("0", Packet(CONNECT)),
    ('0/admin,{"sid":"oSO0OpakMV_3jnilAAAA"}', Packet(CONNECT, "/admin", {"sid": "oSO0OpakMV_3jnilAAAA"})),
    ('4{"message":"Not authorized"}', Packet(ERROR, data={"message": "Not authorized"})),
    ('2["foo"]', Packet(EVENT, data=["foo"])),
    ('2/admin,["bar"]', Packet(EVENT, "/admin", ["bar"])),
    ('212["foo"]', Packet(EVENT, data=["foo"], id=12)),
    ('3/admin,13["bar"]', Packet(ACK, "/admin", ["bar"], 13)),
    ("3456[]", Packet(ACK, data=[], id=456)),
    ("1", Packet(DISCONNECT)),
    ("1/admin,", Packet(DISCONNECT, "/admin")),
    ('2["ünï",{"a":[1,2.5,true,null]}]', Packet(EVENT, data=["ünï", {"a": [1, 2.5, True, None]}])),
]
IDS = [text[:12] for text, _packet in EXAMPLES]


@pytest.mark.parametrize(("text", "packet"), EXAMPLES, ids=IDS)
def test_each_example_of_the_standard_is_read_and_written(text: str, packet: Packet) -> None:
    assert Reader().read(text) == packet
    assert write(packet) == [text]


@pytest.mark.parametrize("text", ["0/admin", "1/admin"])
def test_a_namespace_may_end_the_packet(text: str) -> None:
    packet = Reader().read(text)
    assert packet is not None
    assert packet.namespace == "/admin"


ATTACHED = [
    ('51-["baz",{"_placeholder":true,"num":0}]', [b"\1\2"], Packet(EVENT, data=["baz", b"\1\2"])),
    (
        '52-/admin,["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
        [b"\1", b"\2"],
        Packet(EVENT, "/admin", ["baz", b"\1", b"\2"]),
    ),
    ('61-15["bar",{"a":{"_placeholder":true,"num":0}}]', [b"\1\2\3"], Packet(ACK, data=["bar", {"a": b"\1\2\3"}], id=15)),
]


@pytest.mark.parametrize(("text", "attachments", "packet"), ATTACHED, ids=["one", "two", "in an answer"])
def test_attachments_follow_their_packet(text: str, attachments: list[bytes], packet: Packet) -> None:
    reader = Reader()
    messages: list[str | bytes] = [text, *attachments]
    assert [reader.read(message) for message in messages] == [*(None for _ in attachments), packet]
    assert write(packet) == [text, *attachments]
    # Nothing of it is left.
    assert reader.read('2["next"]') == Packet(EVENT, data=["next"])


REFUSED: list[str] = [
    "", "abc", "7", "9[]", "é", "2", "2{}", "2[]", "2[null]", "2[true]", '2["connect"]', '2["disconnect"]', '2["connect_error"]', '2["newListener"]',
    '2abc["a"]', "2[", '2["a"', "3", "3{}", "1[]", '1{"a":1}', "0[]", '0"x"', "0null1", "4", "4[]", '51["a"]', '5-["a"]', '5x-["a"]', '5999-["a"]',
    f'5{MOST_ATTACHMENTS + 1}-["a"]', "2/" + "n" * 100 + ',["a"]', '21234567890123456["a"]', '2["a",NaN]', '2["a",' + "[" * 5000,
    '2["a",' + "[" * DEEPEST + "]" * DEEPEST + "]",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_no_client_sends_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        Reader().read(text)


@pytest.mark.parametrize(
    "messages",
    [
        [b"\1"],
        ['51-["a",{"_placeholder":true,"num":0}]', '2["b"]'],
        ['51-["a",{"_placeholder":true,"num":1}]', b"\1"],
        ['51-["a",{"_placeholder":true,"num":-1}]', b"\1"],
        ['51-["a",{"_placeholder":true,"num":true}]', b"\1"],
        ['51-["a",{"_placeholder":true}]', b"\1"],
    ],
    ids=["of nothing", "missing", "beyond", "before", "no number", "none"],
)
def test_attachments_that_do_not_fit_are_refused(messages: list[str | bytes]) -> None:
    reader = Reader()
    for message in messages[:-1]:
        assert reader.read(message) is None
    with pytest.raises(ProtocolError):
        reader.read(messages[-1])


def test_what_is_refused_is_never_repeated() -> None:
    with pytest.raises(ProtocolError) as refused:
        Reader().read('2["secret-of-a-person"')
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text().filter(lambda key: key != "_placeholder"), inner, max_size=4),
    max_leaves=MOST_ATTACHMENTS,
)


@given(st.lists(VALUES, max_size=2), st.integers(0, 10**15 - 1) | st.none())
def test_every_event_is_read_as_it_was_written(data: list[Any], number: int | None) -> None:
    packet, reader = Packet(EVENT, "/here", ["event", *data], number), Reader()
    parts = write(packet)
    if len(parts) - 1 <= MOST_ATTACHMENTS:
        assert [reader.read(part) for part in parts][-1] == packet


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for kind in "0123456":
        try:
            Reader().read(kind + text)
        except ProtocolError:
            continue
