"""What can go wrong with central documents.

::

    CentralError
    ├── ForgedDocument        not signed by the organisation, or not for this id, database or reader
    ├── NoOrganisation        the store is new: create an organisation first
    ├── NoTeamDatabase        the database belongs to no team
    ├── NoTeamKey             the team has no key yet
    └── PublicationContended  other writers kept winning; nothing is lost, publish again
"""


class CentralError(Exception):
    """Base of the tree. Messages name databases, types and ids, never content."""


class ForgedDocument(CentralError):
    """A document that a reader must not believe."""


class NoOrganisation(CentralError):
    """Nothing can be served yet."""


class NoTeamDatabase(CentralError):
    """No team replicates this database."""


class NoTeamKey(CentralError):
    """A team without any epoch: nothing can be sealed to it."""


class PublicationContended(CentralError):
    """The same documents were written by others at each try."""
