"""The short code is the same function on both sides (wire §6)."""

from server.enrolment.short_code import short_code


def test_it_is_six_crockford_characters_of_the_digest() -> None:
    # SHA-256 of "escale-short-code:device:thumbprint" starts with the bytes below.
    import hashlib

    digest = int.from_bytes(hashlib.sha256(b"escale-short-code:device:thumbprint").digest(), "big")
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    letters = "".join(alphabet[(digest >> (251 - 5 * place)) & 31] for place in range(6))
    assert short_code("device", "thumbprint") == f"{letters[:3]}-{letters[3:]}"


def test_another_key_has_another_code() -> None:
    assert short_code("device", "one") != short_code("device", "other")
