"""What can go wrong in review.

::

    ReviewError
    └── NotReviewable   no such thing, or of a team not assigned to them: the two look the same
"""


class ReviewError(Exception):
    """A refusal of this package."""


class NotReviewable(ReviewError):
    """No such visit, record or tablet for this reviewer."""
