from __future__ import annotations

import random
import struct

import numpy as np
import pytest
from datasketch import MinHash

from ingest.minhash import AT_ONCE, signature

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("size", [0, 1, 30, AT_ONCE + 1])
def test_signature_equals_datasketch(size: int) -> None:
    """Band keys in existing libraries were made with datasketch."""
    draw = random.Random(size)
    members = {draw.getrandbits(64) for _ in range(size)}
    expected = MinHash(num_perm=120, seed=1, scheme="affine32")
    expected.update_batch([struct.pack("<Q", member) for member in members])
    assert np.array_equal(signature(members, 120), expected.hashvalues)


def test_signatures_estimate_the_jaccard_similarity() -> None:
    first, second = set(range(0, 3000)), set(range(1000, 4000))  # 2,000 of 4,000 in common
    share = float((signature(first, 2000) == signature(second, 2000)).mean())
    assert share == pytest.approx(0.5, abs=0.05)
