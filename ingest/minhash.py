"""MinHash signatures (Broder 1997) with numpy alone; datasketch would install scipy.

The values equal those of datasketch 2.0 (scheme "affine32", seed 1), so that the band keys in existing libraries
stay valid.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection
from functools import cache

import numpy as np
import numpy.typing as npt

Signature = npt.NDArray[np.uint32]
AT_ONCE = 4096
"""Members hashed together; bounds the size of the intermediate table."""


def signature(members: Collection[int], permutations: int) -> Signature:
    """Return the smallest hash of a set under each permutation.

    Args:
        members: 64-bit unsigned integers.
        permutations: Number of hash functions.

    Returns:
        uint32 [permutations]; all bits set for an empty set.
    """
    a, b = _permutations(permutations)
    # SHA-1 spreads the members evenly; nothing here depends on its security.
    digests = b"".join(
        hashlib.sha1(struct.pack("<Q", member), usedforsecurity=False).digest()[:4] for member in members
    )
    mixed = _mix(np.frombuffer(digests, "<u4").astype(np.uint32))
    smallest = np.full(permutations, np.iinfo(np.uint32).max, np.uint32)
    for start in range(0, len(mixed), AT_ONCE):
        hashes = mixed[start : start + AT_ONCE, None] * a + b  # modulo 2^32 by overflow
        smallest = np.minimum(smallest, hashes.min(axis=0))
    return smallest


@cache
def _permutations(count: int) -> tuple[Signature, Signature]:
    """Return the factors (odd, so that each map is a bijection) and offsets of the affine maps."""
    draw = np.random.RandomState(1)
    factors = draw.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, draw.randint(0, 1 << 32, count, dtype=np.uint32)


def _mix(values: Signature) -> Signature:
    """Apply the 32-bit finalizer of MurmurHash3, a bijection that changes half of the bits for any input change."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))
