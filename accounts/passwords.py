"""Passwords: hashed with argon2id; nothing else in the house sees one."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Invalid
from core.settings import settings

HASHER = PasswordHasher()


def check_strength(password: str, username: str) -> None:
    """Refuse what a guesser tries first. Invalid lists every problem."""
    problems = []
    if len(password) < settings().password_length:
        problems.append(f"密码至少 {settings().password_length} 位")
    if len(set(password)) < 5:
        problems.append("密码中不同的字符至少 5 个")
    if username and username.casefold() in password.casefold():
        problems.append("密码不能包含用户名")
    if problems:
        raise Invalid(problems, "可以用几个词组成一句容易记住的话。")


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Whether the password fits. An unknown user costs the same time as a wrong password."""
    try:
        return HASHER.verify(stored or _dummy(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _dummy() -> str:
    return HASHER.hash("no such account")
