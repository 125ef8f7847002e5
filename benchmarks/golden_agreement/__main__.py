"""`python -m benchmarks.golden_agreement [FOLDER …]`; ``--run SET OUTPUT`` is one run of one set."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.golden_agreement import main
from benchmarks.golden_agreement.run import run_here

if sys.argv[1:2] == ["--run"]:
    run_here(Path(sys.argv[2]), Path(sys.argv[3]))
else:
    sys.exit(main())
