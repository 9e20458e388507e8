"""Hashers and tokens: what holds for the fakes holds for the real ones."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from adapters.security.argon2 import OWASP_MINIMUM, Argon2Hasher
from adapters.security.common_passwords import COMMON_PASSWORDS
from adapters.security.jwt import JwtTokens
from adapters.security.secrets import HmacDigest
from application.errors import Unavailable
from application.ports.tokens import TokenClaims, TokenType
from domain.accounts.credentials import PASSWORD_MIN_LENGTH
from domain.accounts.errors import InvalidToken
from tests.builders import DAY, HOUR, NOON
from tests.fakes.security import ReversingHasher, TokensInMemory

PASSWORD = "correct horse bättery"


def argon2(memory_mib=64):
    return Argon2Hasher(OWASP_MINIMUM, memory_mib)


@pytest.fixture(params=[ReversingHasher, argon2])
def hasher(request):
    return request.param()


def test_a_hash_matches_its_password_and_no_other(hasher):
    password_hash = hasher.hash(PASSWORD)

    assert password_hash != PASSWORD
    assert hasher.matches(PASSWORD, password_hash)
    assert not hasher.matches(PASSWORD + " ", password_hash)
    assert not hasher.matches("", password_hash)


def test_without_a_hash_nothing_matches(hasher):
    assert not hasher.matches(PASSWORD, None)
    assert not hasher.matches("nobody's password", None)


def test_hashes_are_argon2id_salted_and_at_least_owasps():
    first, second = (argon2().hash(PASSWORD) for _ in range(2))

    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second


def test_without_a_hash_as_much_is_computed_as_with_one(monkeypatch):
    hasher = argon2()
    verified = []
    monkeypatch.setattr(hasher, "_argon2", Recorder(hasher._argon2, verified), raising=True)

    hasher.matches(PASSWORD, None)
    hasher.matches(PASSWORD, argon2().hash(PASSWORD))

    parameters = {password_hash.rsplit("$", 2)[0] for password_hash in verified}
    assert len(verified) == 2
    assert len(parameters) == 1


class Recorder:
    """An Argon2 that notes the hashes it verified."""

    def __init__(self, argon2, verified):
        self._argon2, self._verified = argon2, verified

    def verify(self, password_hash, password):
        self._verified.append(password_hash)
        return self._argon2.verify(password_hash, password)


@pytest.fixture(params=[TokensInMemory, lambda: JwtTokens("k" * 32)], ids=["memory", "jwt"])
def tokens(request):
    return request.param()


def claims(**changes):
    values: dict[str, Any] = {
        "type": TokenType.ACCESS,
        "token_id": uuid4(),
        "user_id": uuid4(),
        "session_id": uuid4(),
        # Tokens may not be read before they are issued, and the real clock is long past this.
        "issued_at": NOON.replace(year=2020),
        "expires_at": NOON,
    }
    return TokenClaims(**values | changes)


@pytest.mark.parametrize("token_type", TokenType)
def test_every_claim_is_read_back(tokens, token_type):
    issued = claims(type=token_type)

    assert tokens.read(tokens.issue(issued)) == issued


def test_instants_are_stored_in_whole_seconds(tokens):
    issued = claims(expires_at=NOON.replace(microsecond=999_999))

    assert tokens.read(tokens.issue(issued)).expires_at == NOON


def test_an_expired_token_is_read(tokens):
    issued = claims(expires_at=NOON.replace(year=2020) + HOUR)

    assert tokens.read(tokens.issue(issued)) == issued


def test_any_two_tokens_differ(tokens):
    issued = claims(expires_at=NOON + DAY)

    assert tokens.issue(issued) != tokens.issue(claims())


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "ü", "\ud800"])
def test_other_text_is_not_a_token(tokens, text):
    with pytest.raises(InvalidToken):
        tokens.read(text)


def test_a_modified_token_is_rejected(tokens):
    token = tokens.issue(claims())

    with pytest.raises(InvalidToken):
        tokens.read(token[:-4] + "AAAA")


def test_a_hash_with_other_parameters_is_outdated():
    password_hash = argon2().hash(PASSWORD)
    stronger = Argon2Hasher(replace(OWASP_MINIMUM, passes=3), 64)

    assert stronger.is_outdated(password_hash)
    assert stronger.matches(PASSWORD, password_hash)
    assert not argon2().is_outdated(password_hash)


def test_an_invalid_hash_matches_nothing(hasher):
    assert not hasher.matches(PASSWORD, "!")


def test_concurrent_hashes_are_limited_by_memory(monkeypatch):
    hasher = argon2(memory_mib=2 * 19)
    monkeypatch.setattr("adapters.security.argon2.WAIT_TIMEOUT_S", 0)
    with hasher._slot(), hasher._slot(), pytest.raises(Unavailable):
        hasher.matches(PASSWORD, None)

    assert not hasher.matches(PASSWORD, None)


def test_at_least_one_hash_can_always_run():
    assert argon2(memory_mib=1).hash(PASSWORD)


def test_a_keyed_digest_depends_on_the_key_and_on_each_part():
    digest = HmacDigest("k" * 32)

    assert digest("login", "ada") == HmacDigest("k" * 32)("login", "ada")
    others = [HmacDigest("x" * 32)("login", "ada"), digest("loginada"), digest("login", "ada", "")]
    assert len({digest("login", "ada"), *others}) == 4
    assert {len(each) for each in others} == {32}


@pytest.mark.parametrize("password", ["password1", "qwertyuiop", "iloveyou1"])
def test_common_passwords_are_known(password):
    assert password in COMMON_PASSWORDS


def test_common_passwords_include_ones_of_valid_length():
    assert sum(len(password) >= PASSWORD_MIN_LENGTH for password in COMMON_PASSWORDS) >= 3000
    assert all(password == password.lower() for password in COMMON_PASSWORDS)


def test_tokens_of_the_previous_key_are_valid_until_it_is_removed():
    old, new = "o" * 32, "n" * 32
    token = JwtTokens(old).issue(claims())

    assert JwtTokens(new, old).read(token)
    newer = JwtTokens(new, old).issue(claims())
    for tokens in (JwtTokens(new), JwtTokens("x" * 32, new)):
        with pytest.raises(InvalidToken):
            tokens.read(token)
        assert tokens.read(newer)


@pytest.mark.parametrize("is_ahead_by", [timedelta(seconds=0.5), timedelta(seconds=4)])
def test_a_token_of_an_instance_whose_clock_is_ahead_is_valid(is_ahead_by):
    tokens = JwtTokens("k" * 32, leeway=timedelta(seconds=5))
    with time_machine.travel(NOON, tick=False):
        issued_at = (NOON + is_ahead_by + timedelta(seconds=0.6)).replace(microsecond=0)
        token = tokens.issue(claims(issued_at=issued_at, expires_at=NOON + HOUR))

        assert tokens.read(token).issued_at == issued_at
        with pytest.raises(InvalidToken):
            JwtTokens("k" * 32).read(token)


def test_a_token_issued_beyond_the_leeway_is_rejected():
    tokens = JwtTokens("k" * 32, leeway=timedelta(seconds=5))
    with time_machine.travel(NOON, tick=False):
        token = tokens.issue(claims(issued_at=NOON + timedelta(seconds=6), expires_at=NOON + HOUR))

        with pytest.raises(InvalidToken):
            tokens.read(token)
