"""Our replicator: carries revisions from one database to another by the CouchDB replication protocol.

`Replication` works between two `Peer`s; it knows nothing of what documents mean. `states` has the picture.
"""

from sync.replicator.checkpoints import Checkpoints
from sync.replicator.engine_peer import EnginePeer
from sync.replicator.errors import ReplicationError
from sync.replicator.http_peer import HttpPeer
from sync.replicator.options import Filter, Options, World
from sync.replicator.peer import Peer
from sync.replicator.replication import Replication
from sync.replicator.states import State
from sync.replicator.status import Status
from sync.replicator.token_auth import TokenAuth, TokenSource

__all__ = [
    "Checkpoints",
    "EnginePeer",
    "Filter",
    "HttpPeer",
    "Options",
    "Peer",
    "Replication",
    "ReplicationError",
    "State",
    "Status",
    "TokenAuth",
    "TokenSource",
    "World",
]
