"""What can go wrong in review.

::

    ReviewError
    ├── NotReviewable   no such thing, or of a team not assigned to them: the two look the same
    └── Outrun          somebody else changed it in between
"""


class ReviewError(Exception):
    """A refusal of this package."""


class NotReviewable(ReviewError):
    """No such visit, record or tablet for this reviewer."""


class Outrun(ReviewError):
    """Another act was written upon the state that this one was written upon."""
