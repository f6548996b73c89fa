"""Passkeys as the API takes and gives them."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from phoenix.modules.factors.actions.passkeys import PasskeyOptions


class PasskeyData(Struct, forbid_unknown_fields=True):
    """`challenge` as it came with the options; `credential` as the browser's PublicKeyCredential.toJSON() writes it."""

    challenge: Annotated[str, Meta(max_length=2000)]
    credential: dict[str, Any]


class PasskeyOptionsAnswer(Struct):
    """`options` are for PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON (WebAuthn Level 3)."""

    challenge: str
    options: dict[str, Any]


def options_answer(options: PasskeyOptions) -> PasskeyOptionsAnswer:
    return PasskeyOptionsAnswer(options.challenge, options.options)
