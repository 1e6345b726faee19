"""What the tests stand on: databases, the fixed cast, pages run without a browser."""

from tests.support.cast import PASSWORD, Cast, sign_in_as
from tests.support.databases import count_queries

__all__ = ["PASSWORD", "Cast", "count_queries", "sign_in_as"]
