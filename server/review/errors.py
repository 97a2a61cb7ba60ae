"""What can go wrong in review.

::

    ReviewError
    ├── NotReviewable   no such thing, or of a team not assigned to them: the two look the same
    ├── ReasonNeeded    the visit is restricted, and they have not said why they open it
    └── Outrun          somebody else changed it in between
"""


class ReviewError(Exception):
    """A refusal of this package."""


class NotReviewable(ReviewError):
    """No such visit, record or tablet for this reviewer."""


class ReasonNeeded(ReviewError):
    """The visit is restricted (wire §2.3): who opens it says why first. ``record`` is a digest."""

    def __init__(self, record: str) -> None:
        super().__init__(record)
        self.record = record


class Outrun(ReviewError):
    """Another act was written upon the state that this one was written upon."""
