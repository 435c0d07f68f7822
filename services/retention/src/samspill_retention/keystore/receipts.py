"""Signs receipts with a key that only the key store knows (SPEC T4)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import date
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import OKPKey

from samspill_retention.domain.deletion import Receipt

KEY_ID: Final = "receipts-1"


class JwsReceiptSigner:
    """Compact JWS, EdDSA over the canonical JSON of the receipt (RFC 7515, RFC 8037)."""

    def __init__(self, seed: bytes) -> None:
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        self._key = OKPKey.import_key(
            {"kty": "OKP", "crv": "Ed25519", "d": _base64(seed), "x": _base64(public)}
        )

    def sign(self, document: Mapping[str, object]) -> Receipt:
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        header = {"alg": "Ed25519", "kid": KEY_ID, "typ": "receipt+json"}
        signed = jws.serialize_compact(header, text, self._key, algorithms=["Ed25519"])
        return Receipt(
            json=text,
            jws=signed,
            key_gone_after=date.fromisoformat(str(document["key_gone_after"])),
        )

    def public_jwk(self) -> dict[str, object]:
        """Return the key that anyone checks a receipt with."""
        return {**self._key.as_dict(private=False), "kid": KEY_ID}


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
