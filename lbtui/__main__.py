"""`python -m lbtui`: the same as the command `lbtui`."""

import sys

from lbtui.cli import main

sys.exit(main())
