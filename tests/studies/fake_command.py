"""The ``oqnn`` command with the fake study in place of the comparative one.

``python fake_command.py ARGUMENTS``; it falls asleep in the third block if the
environment variable SLEEPY is set.
"""

import os
import sys
from functools import partial
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).parents[1]))

from studies import fake_study

from oqnn import cli

if __name__ == "__main__":
    module = ModuleType("oqnn.studies.compare")
    module.run = partial(fake_study.run, sleepy="SLEEPY" in os.environ)
    sys.modules["oqnn.studies.compare"] = module
    cli.main()
