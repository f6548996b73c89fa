"""Whether a secret looks random, as a generator makes it, or as if someone had made it up."""

from __future__ import annotations

import itertools

SHORTEST = 32
LEAST_DISTINCT = 10
# The longest run and the longest repetition that chance puts into a random key about once in a million keys.
LONGEST_RUN, LONGEST_REPEAT = 6, 7
# Words of examples and of placeholders. None is so short that chance would spell it.
PLACEHOLDERS = (
    *("change", "secret", "passw", "example", "default", "phoenix", "production", "staging", "development", "please", "replace"),
    *("insert", "qwert", "asdfg", "zxcvb", "letmein", "administ", "random", "master", "server", "private", "string", "generate"),
)


def why_guessable(key: str) -> str:
    """What makes the key guessable, as the end of a sentence that starts with its name; "" if it looks random."""
    plain = "".join(letter for letter in key.lower() if letter.isalnum())
    if len(key) < SHORTEST or len(set(key)) < LEAST_DISTINCT:
        return f"must be at least {SHORTEST} characters of random text"
    if word := next((word for word in PLACEHOLDERS if word in plain), None):
        return f"contains “{word}”, as a placeholder does; it must be random text"
    if longest_run(plain) > LONGEST_RUN:
        return "contains a sequence such as 1234567 or aaaaaaa; it must be random text"
    if any(plain.count(plain[at : at + LONGEST_REPEAT + 1]) > 1 for at in range(len(plain) - LONGEST_REPEAT)):
        return "repeats a part of itself; it must be random text"
    if plain.isalpha() and (key.islower() or key.isupper()):
        return "consists of words or of letters of one case; it must be random text"
    return ""


def longest_run(text: str) -> int:
    """The length of the longest part that counts up, counts down or stays the same."""
    longest = run = 1
    before = None
    for left, right in itertools.pairwise(text):
        step = ord(right) - ord(left)
        run = 1 if abs(step) > 1 else run + 1 if step == before else 2
        before = step
        longest = max(longest, run)
    return longest
