"""Whether two results are the same, to the last bit."""

from dataclasses import fields, is_dataclass

import numpy as np


def check_same(one, other):
    """Check two objects for the same types and numbers, all the way down."""
    assert type(one) is type(other)
    if is_dataclass(one):
        for field in fields(one):
            check_same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert one.tobytes() == other.tobytes()
    elif isinstance(one, tuple | list):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            check_same(a, b)
    else:
        assert one == other
