"""Runs `forms.cli`."""

import sys

from forms.cli import main

sys.exit(main())
