"""`python -m benchmarks.golden_agreement [FOLDER …]`; ``--run SET OUTPUT [SEED]`` is one run of one set."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.golden_agreement import main
from benchmarks.golden_agreement.run import run_here

if sys.argv[1:2] == ["--run"]:
    golden, output, *seed = sys.argv[2:]
    run_here(Path(golden), Path(output), int(seed[0]) if seed else None)
else:
    sys.exit(main())
