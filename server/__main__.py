"""``python -m server``: the ``escale`` command."""

import sys

from server.cli import main

sys.exit(main())
