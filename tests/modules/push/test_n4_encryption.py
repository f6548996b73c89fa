"""N4: what is pushed is encrypted as RFC 8291 and RFC 8188 say, with their own examples."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.modules.push.pushing import decrypted

from phoenix.kernel.security.crypto import from_base64url, to_base64url
from phoenix.modules.push.encryption import CURVE, RECORD_BYTES, encoded, encrypt, point_of, read_point


def raw(text: str) -> bytes:
    found = from_base64url(text)
    assert found is not None
    return found


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(raw(text), "big"), CURVE)


# RFC 8291, section 5 and appendix A.
TEXT = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
RECEIVER_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
    "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_rfc_8291() -> None:
    made = encrypt(TEXT, receiver=raw(RECEIVER_PUBLIC), auth=raw(AUTH), sender=private(SENDER), salt=raw(SALT))
    assert to_base64url(made) == MESSAGE
    assert decrypted(made, private(RECEIVER), raw(AUTH)) == TEXT


def test_the_example_of_rfc_8188() -> None:
    made = encoded(b"I am the walrus", raw("yqdlZ-tYemfogSmv7Ws5PQ"), salt=raw("I1BsxtFttlv3u_Oo94xnmw"), key_id=b"")
    assert to_base64url(made) == "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg"


def test_no_two_messages_are_alike_and_each_is_for_one_browser() -> None:
    browser, other = ec.generate_private_key(CURVE), ec.generate_private_key(CURVE)
    first, second = (encrypt(TEXT, receiver=point_of(browser.public_key()), auth=b"a" * 16) for _ in range(2))
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]
    assert decrypted(first, browser, b"a" * 16) == TEXT
    for key, auth in ((other, b"a" * 16), (browser, b"b" * 16)):
        assert decrypted(first, key, auth) is None


@pytest.mark.parametrize(
    "point", [b"", b"\x04" + b"\x01" * 64, b"\x02" + b"\x01" * 32, b"\x04" + b"\x00" * 64], ids=["none", "off", "short", "zero"]
)
def test_what_is_no_public_key_is_refused(point: bytes) -> None:
    with pytest.raises(ValueError, match="."):
        read_point(point)


def test_what_needs_more_than_one_record_is_refused() -> None:
    with pytest.raises(ValueError, match="one record"):
        encoded(b"x" * (RECORD_BYTES - 16), b"m" * 32, salt=b"s" * 16, key_id=b"")
