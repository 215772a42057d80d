"""The indicators lab on customers whose reasons are known: what it finds, what it wrongly names, what it claims.

    python bench/indicators.py                              300, 600 and 1,500 accounts, 50 seeds each, and no effects
    python bench/indicators.py --accounts 600 --seeds 10
    python bench/indicators.py --accounts 600 --seeds 30 --no-effects

The world is tests/imagined_customers.py. ``recall``: of the eight drivers, those in tier A. ``FDR``: of those in tier A
the share that neither drives nor mirrors a driver (``strict``: mirrors do not count at all). ``leaks``: leaks and
coincident KPIs in tier A, per run. ``claimed``, ``realised``: AUC of the score before the last four as-of dates were
looked at, and on them. ``slope``: of its calibration there. ``lead``: months by which leads are off.
"""

import argparse
import os
import sys
from pathlib import Path
from time import perf_counter

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import numpy as np

from imagined_customers import KINDS_OF_KPIS, LAGS, NEUTRAL, RECORDED_AFTER, imagine
from trueup.indicators.lab import Study, study
from trueup.indicators.lead import MONTH
from trueup.indicators.skills import CHOSEN, CONTROLS, SCORE

SIZES, SEEDS = (300, 600, 1500), 50
KIND = np.array(KINDS_OF_KPIS)
COLUMNS = (
    *("events", "recall", "FDR", "strict", "any", "leaks", "reactive", "claimed", "realised"),
    *("controls", "chosen", "slope", "chosen_slope", "lead", "seconds"),
)


def of_run(found: Study, seconds: float) -> dict[str, float]:
    """What one run found, beside the truth."""
    is_named = np.array([each.tier == "A" for each in found.judged])
    right = int((is_named & (KIND == "driver")).sum())
    wrong = int((is_named & ~np.isin(KIND, list(NEUTRAL))).sum())
    worth = {each.name: each for each in found.skills}
    off = [
        abs(lead.days / MONTH - (LAGS[kpi] + RECORDED_AFTER - 0.5))
        for kpi, lead in found.leads.items()
        if KIND[kpi] == "driver"
    ]
    return {
        "events": found.sample.events,
        "recall": right / len(LAGS),
        "FDR": wrong / max(is_named.sum(), 1),
        "strict": wrong / max(right + wrong, 1),
        "any": float(is_named.any()),
        "leaks": int((is_named & np.isin(KIND, ["leak", "coincident"])).sum()),
        "reactive": int((is_named & (KIND == "reactive")).sum()),
        "claimed": worth[SCORE].claimed.area.value,
        "realised": worth[SCORE].realised.area.value,
        "controls": worth[CONTROLS].realised.area.value,
        "chosen": worth[CHOSEN].realised.area.value,
        "slope": worth[SCORE].realised.slope,
        "chosen_slope": worth[CHOSEN].realised.slope,
        "lead": float(np.mean(off)) if off else float("nan"),
        "seconds": seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--no-effects", action="store_true")
    asked = parser.parse_args()
    wanted = (
        [(asked.accounts, not asked.no_effects)]
        if asked.accounts
        else [*((size, True) for size in SIZES), (600, False)]
    )
    print("accounts effects " + " ".join(f"{name:>8}" for name in COLUMNS))
    for accounts, has_effects in wanted:
        runs = []
        for seed in range(asked.seeds):
            world = imagine(accounts, seed, has_effects=has_effects)
            begun = perf_counter()
            runs.append(of_run(study(world.panel, world.outcome, null_runs=0), perf_counter() - begun))
        means = {name: np.nanmean([run[name] for run in runs]) for name in COLUMNS}
        shown = " ".join(f"{means[name]:>{max(8, len(name))}.3f}" for name in COLUMNS)
        print(f"{accounts:>8} {'yes' if has_effects else 'no':>7} {shown}", flush=True)


if __name__ == "__main__":
    main()
