"""What `import oqnn` offers."""

import pytest

import oqnn


@pytest.mark.parametrize("name", oqnn.__all__)
def test_every_public_name_resolves(name):
    assert getattr(oqnn, name) is not None
    assert name in dir(oqnn)


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = oqnn.nothing
